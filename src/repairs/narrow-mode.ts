import type { CommandWord } from '../core/command-line.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { SourceRange } from '../core/text.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { insertBefore, replace } from '../dockerfile/edit.ts';
import { commentedStart } from '../dockerfile/edit-lines.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { ownershipWords } from '../project/ownership.ts';
import { baseImageOf, finalUser, imageInstructions } from '../project/stage-facts.ts';
import { userAt } from '../project/user-at.ts';
import { ownerKnown } from './known-user.ts';

/** A mode that lets everyone write, as chmod, mkdir or install is given it. */
export interface WideMode {
  readonly mode: string;
  /** The word that holds the mode: `777`, `a+rwx`, `--mode=777`. */
  readonly word: CommandWord;
  readonly paths: readonly CommandWord[];
}

/**
 * Takes the right to write from everyone but the owner and the group. Where the image runs as a user of its own who does not have the files yet,
 * they are given to that user. Undefined where nothing tells who would still be able to write.
 */
export function narrowMode(
  dockerfile: Dockerfile,
  placed: PlacedCommand,
  { mode, word, paths }: WideMode,
  shipped: readonly Stage[],
): Fix | undefined {
  const { command, stage, instruction } = placed;
  const isScript = paths.length > 0 && paths.every(({ value }) => /\.(?:sh|bash|py|pl|rb)$/.test(value));
  const narrower = narrowerMode(mode, isScript);
  const written = dockerfile.text.slice(word.range.start, word.range.end);
  if (stage === undefined || narrower === undefined || !written.endsWith(mode)) return undefined;
  if (baseImageOf(stage).distribution === 'windows') return undefined;
  const start = word.range.end - mode.length;
  const edits: TextEdit[] = [replace(dockerfile, { start, end: word.range.end }, narrower)];
  const title = `Leave writing to the owner and the group: ${narrower}`;
  const places = paths.map(({ value }) => value).join(' and ');
  if (isScript) return { title, changes: { edits }, assumptions: [nobodyWrites(places)] };
  if (saysAnyUser(dockerfile, placed)) return undefined;
  const runsAs = writerOf(dockerfile, shipped);
  const writer = runsAs === 'root' ? (serverUser(dockerfile, stage, command.range) ?? runsAs) : runsAs;
  if (writer === undefined) return undefined;
  if (writer === 'root' || isTheirs(dockerfile, placed, writer, paths)) {
    // «o+w» was for someone who is neither owner nor group: nothing would be left of it.
    if (/^o[+=]/.test(mode) && writer === 'root') return undefined;
    return { title, changes: { edits }, assumptions: [writersKnown(places, writer)] };
  }
  const chown = ownership(placed, writer, paths);
  if (chown === undefined || userAt(dockerfile, stage, instruction).isRoot !== true) return undefined;
  return {
    title: `Give ${places} to ${writer} and leave writing to the owner and the group`,
    changes: { edits: [insertBefore(dockerfile, command.range, chown), ...edits] },
    assumptions: [
      {
        statement: `${writer} exists before this step.`,
        state: runsAs === 'root' || ownerKnown(dockerfile, stage, writer, instruction) === 'holds' ? 'holds' : 'fails',
      },
      writersKnown(places, writer),
    ],
  };
}

function nobodyWrites(places: string): Assumption {
  return {
    statement: `Only root, or nobody, changes ${places} in a running container.`,
    state: 'unknown',
    question: `Does a program that does not run as root change ${places}?`,
  };
}

function writersKnown(places: string, writer: string): Assumption {
  return {
    statement: `What writes ${places} runs as its owner, in its group or as root.`,
    state: 'unknown',
    question:
      writer === 'root'
        ? `As which user does the program run that writes ${places}? One that its start changes to has to own it or be in its group.`
        : `Does anyone but ${writer} write ${places}, for instance because the container is started with another user (docker run --user, OpenShift)?`,
  };
}

/** As whom the image runs, in all of its stages that ship: `root`, or a user's name or number; undefined when it is not known. */
function writerOf(dockerfile: Dockerfile, shipped: readonly Stage[]): string | undefined {
  const users = new Set(
    shipped.map((stage) => {
      const { user, isRoot } = finalUser(dockerfile, stage);
      return isRoot ? 'root' : user;
    }),
  );
  const [user] = users;
  return users.size === 1 && user !== '' ? user : undefined;
}

/** Comments of the step say that the right is meant: the image is to run as whoever starts it. */
function saysAnyUser(dockerfile: Dockerfile, { instruction }: PlacedCommand): boolean {
  let says = anyUserSaid.get(instruction);
  if (says === undefined) {
    says = namesAnyUser(dockerfile.text.slice(commentedStart(dockerfile, instruction), instruction.range.end));
    anyUserSaid.set(instruction, says);
  }
  return says;
}

/** By step: every chmod of it asks. */
const anyUserSaid = new WeakMap<Instruction, boolean>();

function namesAnyUser(text: string): boolean {
  return /#.*(?:--user\b|\barbitrary\b|\b(?:any|random|other) (?:user|uid)|regardless of the u|openshift|world[- ]?writ|non-?root user)/i.test(
    text,
  );
}

/** Packages of web servers that are started as root and answer as another user, and that user. */
const servers: Readonly<Record<string, { readonly packages: RegExp; readonly user: string }>> = {
  apt: { packages: /^(?:apache2(?:-mpm-.*)?|libapache2-mod-.*|php[\d.]*-fpm)$/, user: 'www-data' },
  rpm: { packages: /^(?:httpd|php[\w]*-fpm)$/, user: 'apache' },
};

/** The user to which a web server changes that the stage has installed before the step; the package makes it. */
function serverUser(dockerfile: Dockerfile, stage: Stage, { start }: SourceRange): string | undefined {
  if (baseImageOf(stage).runtime?.name === 'php') return 'www-data';
  for (const { read, command, ...placed } of packageCommands(dockerfile)) {
    const server = Object.hasOwn(servers, read.ecosystem) ? servers[read.ecosystem] : undefined;
    if (placed.stage !== stage || command.range.start > start || read.action !== 'install') continue;
    if (server && read.packages.some(({ name }) => server.packages.test(name))) return server.user;
  }
  return undefined;
}

/** Whether the writer made the files, or a chown or --chown of the stage names them. */
function isTheirs(
  dockerfile: Dockerfile,
  { stage, instruction }: PlacedCommand,
  writer: string,
  paths: readonly CommandWord[],
): boolean {
  if (stage === undefined) return false;
  if (userAt(dockerfile, stage, instruction).value?.split(':', 1)[0] === writer) return true;
  const given = dockerfile.commandsNamed('chown').flatMap((placed) => {
    const [owner, ...files] = placed.stage === stage ? ownershipWords(placed.command).operands : [];
    return owner?.value.split(/[:.]/, 1)[0] === writer ? files.map(({ value }) => value) : [];
  });
  const copied = imageInstructions(stage).flatMap((each) =>
    (each.name === 'COPY' || each.name === 'ADD') && each.chown?.value.split(':', 1)[0] === writer
      ? (each.destination?.value ?? [])
      : [],
  );
  return paths.every(({ value }) => [...given, ...copied].some((path) => covers(path, value)));
}

function covers(path: string, file: string): boolean {
  const directory = path.replace(/\/+$/, '');
  return directory === file.replace(/\/+$/, '') || (directory !== '' && file.startsWith(`${directory}/`));
}

/** `chown [-R] USER FILES && ` before chmod; nothing for what makes the directory itself. */
function ownership({ command }: PlacedCommand, writer: string, paths: readonly CommandWord[]): string | undefined {
  if (command.name !== 'chmod' || command.wrappers.length > 0 || command.assignments.length > 0) return undefined;
  const { place } = command;
  // `a || chown x && chmod y` would run chmod in other cases than before.
  if (place.negated || place.after === '||' || (place.pipeline?.length ?? 1) > 1 || place.inside.length > 0)
    return undefined;
  const recursive = command.arguments.some(({ value }) => /^-[a-zA-Z]*R|^--recursive$/.test(value)) ? ' -R' : '';
  return `chown${recursive} ${writer} ${paths.map(({ raw }) => raw).join(' ')} && `;
}

/** The mode without the right of all others to write; a script has no other writer than its owner. */
function narrowerMode(mode: string, isScript: boolean): string | undefined {
  if (/^[0-7]{3,4}$/.test(mode)) {
    const digits = [...mode].map(Number);
    const last = digits.length - 1;
    return digits.map((digit, at) => (at === last || (isScript && at === last - 1) ? digit & ~2 : digit)).join('');
  }
  const clauses = mode.split(',').map((clause) => narrowerClause(clause, isScript));
  return clauses.every((clause) => clause !== undefined) ? clauses.join(',') : undefined;
}

function narrowerClause(clause: string, isScript: boolean): string | undefined {
  const [, who = '', operator = '', rights = ''] = /^([ugoa]*)([+=])([rwxXst]*)$/.exec(clause) ?? [];
  if (operator === '') return undefined;
  if (!/[ao]/.test(who) || !rights.includes('w')) return clause;
  const everyone = who.includes('a') ? 'ugo' : who;
  const writers = [...everyone].filter((each) => each === 'u' || (each === 'g' && !isScript)).join('');
  const readers = [...everyone].filter((each) => !writers.includes(each)).join('');
  const reading = rights.replace('w', '');
  const parts = [
    ...(writers === '' ? [] : [writers + operator + rights]),
    ...(reading === '' ? [] : [readers + operator + reading]),
  ];
  return parts.length === 0 ? undefined : parts.join(',');
}
