import type { Assumption, Fix, TextEdit } from '../../core/fix.ts';
import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertWord, replace } from '../../dockerfile/edit.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import { lockFits } from '../../ecosystems/npm/lock-fits.ts';
import { lockNames } from '../../ecosystems/npm/lock-names.ts';
import { calledAs, hasFlag, type PackageCommand } from '../../ecosystems/package-command.ts';
import { absolutePath, copiedFiles } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { buildsOf, type Project } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { contextFiles } from '../../repairs/context-files.ts';
import { mayChange } from '../../repairs/may-change.ts';

/** How each tool is told to keep to its lock file. */
const tools: Readonly<Record<string, string>> = {
  npm: 'npm ci',
  yarn: 'yarn install --immutable (--frozen-lockfile in Yarn 1)',
  pnpm: 'pnpm install --frozen-lockfile',
};

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'An install may depart from the lock file that is there',
  why: 'Where the manifest and the lock file differ, the install resolves anew and says nothing: two builds of one commit may hold different packages.',
  remedy:
    'Use the command that keeps to the lock file or fails: npm ci, yarn install --immutable, pnpm install --frozen-lockfile.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const placed of packageCommands(dockerfile, ...Object.keys(tools))) {
      const { read, command } = placed;
      const instead = tools[read.tool];
      if (instead === undefined || !mayDepart(placed) || isFrozenByEnvironment(placed)) continue;
      const scope = environmentAt(dockerfile, placed.instruction);
      if (frozenBy(read.tool).some((name) => scope.has(name))) continue;
      const found = lockBeside(project, dockerfile, placed, lockNames[read.tool] ?? []);
      if (found === undefined) continue;
      const { lock } = found;
      const fix = liesThere(project, dockerfile, placed, found) && keepToLock(project, dockerfile, placed, lock);
      report({
        ...(fix && { fix }),
        at: command.range,
        message: `${calledAs(read)} may depart from ${lock}.`,
        remedy: `Run ${instead}.`,
      });
    }
  },
});

/** The project's own install, without names of packages and without an option that keeps to the lock file. */
function mayDepart({ read, instruction }: PlacedPackageCommand): boolean {
  if (instruction.name !== 'RUN' || read.action !== 'install-project' || read.frozen || read.global) return false;
  const { value } = read.subcommand ?? { value: 'install' };
  if (!/^(?:install|i|in|ins|inst|insta|instal)$/.test(value)) return false;
  return !hasFlag(read, 'package-lock-only', 'lockfile-only', 'check-files', 'prefix', 'cwd', 'dir');
}

/** Variables that make the install keep to the lock file; pnpm and Yarn do so where CI is set. */
function frozenBy(tool: string): readonly string[] {
  if (tool === 'npm') return [];
  return tool === 'yarn' ? ['CI', 'YARN_ENABLE_IMMUTABLE_INSTALLS'] : ['CI', 'npm_config_frozen_lockfile'];
}

function isFrozenByEnvironment({ command, read }: PlacedPackageCommand): boolean {
  return command.assignments.some(({ name }) => frozenBy(read.tool).includes(name));
}

interface CopiedLock {
  readonly lock: string;
  /** Where the first COPY begins that may bring it or the manifest. */
  readonly from: number;
}

/** The lock file that the build sends, beside the manifest; undefined where the build does not copy it to where it installs, either. */
function lockBeside(
  project: Project,
  dockerfile: Dockerfile,
  placed: PlacedPackageCommand,
  locks: readonly string[],
): CopiedLock | undefined {
  const { instruction, stage } = placed;
  const directory = directoryOf(dockerfile, placed);
  const places = stage === undefined ? [] : copiedFiles(dockerfile, stage);
  const mayLand = (path: string, { start }: SourceRange) => {
    const { destination } = places.find((each) => each.instruction.range.start === start) ?? {};
    if (directory === undefined || destination === undefined) return true;
    return destination === directory || destination === absolutePath(directory, path);
  };
  for (const { context } of buildsOf(project, dockerfile)) {
    if (context === undefined) continue;
    const copied = (path: string) => {
      const place = context.listing.entries.findIndex((entry) => entry.path === path);
      if (place === -1) return undefined;
      return context.uses.find(
        (use) =>
          use.path === dockerfile.path &&
          use.range.start > (stage?.from?.range.start ?? 0) &&
          use.range.start < instruction.range.start &&
          mayLand(path, use.range) &&
          context.copiedBy(use)[place] === 1,
      )?.range.start;
    };
    const manifest = copied('package.json');
    for (const lock of manifest === undefined ? [] : locks) {
      const from = copied(lock);
      if (from !== undefined && manifest !== undefined) return { lock, from: Math.min(from, manifest) };
    }
  }
  return undefined;
}

/** Whether the install surely works where the two files were copied to, and finds them as they were. */
function liesThere(
  project: Project,
  dockerfile: Dockerfile,
  placed: PlacedPackageCommand,
  { lock, from }: CopiedLock,
): boolean {
  const directory = directoryOf(dockerfile, placed);
  if (placed.stage === undefined || directory === undefined) return false;
  const files = ['package.json', lock].flatMap((name) => absolutePath(directory, name) ?? []);
  const between = { start: from - 1, end: placed.command.range.start };
  // Another install before is asked about where it matters.
  const isPassed = ({ action, ecosystem }: PackageCommand) =>
    action === 'install-project' || (action === 'install' && ecosystem !== 'npm');
  return !mayChange(project, dockerfile, placed.stage, files, between, isPassed);
}

/** Uses the command or option that keeps to the lock file, where the lock file is seen to fit. */
function keepToLock(
  project: Project,
  dockerfile: Dockerfile,
  placed: PlacedPackageCommand,
  lock: string,
): Fix | undefined {
  const files = contextFiles(project, dockerfile, '');
  const manifest = files?.read('package.json');
  const text = files?.read(lock);
  if (manifest === undefined || text === undefined) return undefined;
  const change = strictCommand(dockerfile, placed, text);
  if (change === undefined) return undefined;
  const state = lockFits(manifest, lock, text);
  const statement = `${lock} fits package.json.`;
  const question = `Does ${change.words} accept ${lock} as it is?`;
  return {
    title: `Run ${change.words}`,
    changes: { edits: [change.edit] },
    assumptions: [
      state === 'unknown' ? { statement, state, question } : { statement, state },
      ...(placed.read.tool === 'npm' ? npmAssumptions(dockerfile, placed) : []),
    ],
  };
}

function strictCommand(
  dockerfile: Dockerfile,
  { read, command }: PlacedPackageCommand,
  lock: string,
): { readonly words: string; readonly edit: TextEdit } | undefined {
  if (read.tool === 'npm') {
    const unfit =
      hasFlag(read, 'no-package-lock', 'no-save', 'no-shrinkwrap') ||
      read.flags.some(({ name, value }) => name === 'package-lock' && value === 'false');
    if (read.subcommand === undefined || unfit) return undefined;
    return { words: 'npm ci', edit: replace(dockerfile, read.subcommand.range, 'ci') };
  }
  const flag = read.tool === 'yarn' && lock.includes('__metadata:') ? '--immutable' : '--frozen-lockfile';
  // An option of the tool itself may stand before the subcommand; without one the options follow the name.
  const at = read.subcommand ?? command.arguments.at(-1) ?? command.nameWord;
  return { words: `${read.tool} install ${flag}`, edit: insertWord(dockerfile, at.range, flag) };
}

/** npm ci came with npm 5.7, and deletes node_modules first. */
function npmAssumptions(dockerfile: Dockerfile, { stage, instruction }: PlacedPackageCommand): Assumption[] {
  const runtime = stage && baseImageOf(stage).runtime;
  const major = runtime?.name === 'node' ? Number.parseInt(runtime.version ?? '', 10) : Number.NaN;
  const earlier = packageCommands(dockerfile, 'npm').some(
    (other) =>
      other.stage === stage &&
      other.instruction.range.start < instruction.range.start &&
      other.read.action.startsWith('install') &&
      !other.read.global,
  );
  return [
    { statement: 'The version of npm knows npm ci.', state: major < 10 ? 'fails' : 'holds' },
    earlier
      ? {
          statement: 'Nothing is in node_modules yet, which npm ci deletes.',
          state: 'unknown',
          question: 'An earlier step has installed packages: may they be deleted?',
        }
      : { statement: 'Nothing is in node_modules yet, which npm ci deletes.', state: 'holds' },
  ];
}
