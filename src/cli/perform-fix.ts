import path from 'node:path';
import { encodeArtifact } from '../core/artifact.ts';
import { attachFixProofs } from '../core/attach-proofs.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import type { FixReport, OfferedFix } from '../core/fix-report.ts';
import { printable } from '../core/printable.ts';
import type { FixTerminalOptions } from '../report/fix-terminal.ts';
import { hasOpenQuestion } from '../report/written-questions.ts';
import { type Asker, askerOn } from './ask.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { type FixSession, openFixSession } from './fix-session.ts';
import { isColored } from './is-colored.ts';
import { knownProofsBelow } from './known-proofs-below.ts';
import { prefixFrom } from './path-prefix.ts';
import { buildFlags } from './prove-flags.ts';
import { typedAgain } from './typed-again.ts';

/** Repairs as the arguments of `plimsoll fix` say; gives the exit code. */
export async function performFix(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const actions = ['write', 'diff', 'check', 'interactive'].filter((flag) => parsed.has(flag));
  const [first, second] = actions;
  // Standard output is one or the other.
  const other = second ?? (parsed.has('json') && (first === 'diff' || first === 'interactive') ? 'json' : undefined);
  if (other !== undefined)
    throw new UserError(`--${first} and --${other} cannot be asked for together`, {
      remedy: '«plimsoll fix --help» lists what can be done.',
    });
  const ofProof = parsed.has('prove') ? undefined : buildFlags.find(({ name }) => parsed.has(name));
  if (ofProof)
    throw new UserError(`--${ofProof.name} has no effect without --prove`, {
      remedy: 'With --prove the images are built and run before something is written.',
    });
  if (parsed.has('prove')) {
    const { performProvedFix } = await import('./perform-proved-fix.ts');
    return performProvedFix(parsed, terminal);
  }
  const asker = askerOn(terminal);
  if (parsed.has('interactive') && asker === undefined)
    throw new UserError('--interactive needs a terminal to ask in', { remedy: 'Use --write, or --diff.' });
  try {
    const session = await openFixSession(parsed, terminal);
    if (session.target.kind === 'bytes' && !['diff', 'check', 'json'].some(parsed.has))
      return await printRepaired(session, terminal);
    if (parsed.has('interactive') && asker) return await oneByOne(session, asker, parsed, terminal);
    if (parsed.has('write')) return await write(session, parsed, terminal);
    if (parsed.has('diff')) return await printPatch(session, terminal);
    return await show(session, asker, parsed, terminal);
  } finally {
    asker?.close();
  }
}

/** The repair for a person to read; in a terminal it asks what to do with it. */
async function show(
  session: FixSession,
  asker: Asker | undefined,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<number> {
  const report = await session.run(alone(session));
  await print(report, session.project.root, parsed, terminal);
  if (!parsed.has('json') && !parsed.has('quiet')) terminal.stdout.write(passedOver(report, parsed));
  const changes = report.files.length > 0;
  if (parsed.has('check')) return changes ? exitCodes.findings : unchangedCode(session, report);
  if (!changes || parsed.has('json')) return exitCodes.clean;
  if (asker === undefined) {
    if (!parsed.has('quiet')) terminal.stdout.write(`\nNothing is written yet.   ${nextSteps(report, parsed)}\n`);
    return exitCodes.clean;
  }
  const answer = await asker.ask('\nWrite these changes?', ['no', 'yes', 'one by one']);
  if (answer === 'y') return writeReport(session, report, parsed, terminal);
  if (answer === 'o') return oneByOne(session, asker, parsed, terminal);
  terminal.stdout.write('Nothing is written.\n');
  return exitCodes.clean;
}

/** That fixes are shown whose questions are not: their changes stand where those would. */
function passedOver({ applied }: FixReport, parsed: ParsedArguments): string {
  const count = applied.filter(hasOpenQuestion).length;
  if (count === 0) return '';
  const which = count === 1 ? '1 of these fixes has a question' : `${count} of these fixes have questions`;
  return `\n${which} that nobody was asked yet.   ${typedAgain('fix', parsed, { without: ['--review'] })} shows ${count === 1 ? 'it' : 'them'}\n`;
}

function nextSteps({ open }: FixReport, parsed: ParsedArguments): string {
  const steps = [typedAgain('fix', parsed, { adding: ['--write'] })];
  if (!parsed.has('review') && open.some(({ class: kind }) => kind === 'review'))
    steps.push('--review to include what is left for you');
  return steps.join('  ·  ');
}

/** Shows a report as it was asked for. */
export async function print(made: FixReport, root: string, parsed: ParsedArguments, terminal: Terminal): Promise<void> {
  await printWithoutProofs(await withProofs(made, root), parsed, terminal);
}

/** The same for what nothing was ever proved of. */
export async function printWithoutProofs(
  report: FixReport,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<void> {
  if (parsed.has('json')) {
    const { renderFixJson } = await import('../report/fix-json.ts');
    terminal.stdout.write(renderFixJson(report));
    return;
  }
  const { renderFixes } = await import('../report/fix-terminal.ts');
  terminal.stdout.write(renderFixes(report, pageOf(parsed, terminal)));
}

/** With what earlier proofs measured of the texts as they are. */
async function withProofs(report: FixReport, root: string): Promise<FixReport> {
  const known = await knownProofsBelow(root);
  return known ? attachFixProofs(report, known.proofs, known.stale) : report;
}

export function pageOf(parsed: ParsedArguments, terminal: Terminal): FixTerminalOptions {
  return { columns: terminal.stdout.columns || 100, color: isColored(parsed, terminal) };
}

async function oneByOne(
  session: FixSession,
  asker: Asker,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<number> {
  const { decideOneByOne } = await import('./decide-one-by-one.ts');
  const report = await session.run({ decide: decideOneByOne(asker, pageOf(parsed, terminal), terminal) });
  if (report.files.length > 0) return writeReport(session, report, parsed, terminal);
  terminal.stdout.write('Nothing is written.\n');
  return exitCodes.clean;
}

async function write(session: FixSession, parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const report = await session.run();
  const code = await writeReport(session, report, parsed, terminal, true);
  if (!parsed.has('json')) {
    nameWithdrawn(report, terminal);
    nameLeftAlone(report, terminal);
  }
  if (parsed.has('json')) await print(report, session.project.root, parsed, terminal);
  return code;
}

/** Taken back fixes that are named: the rest is counted. */
const namedAtMost = 20;

/** What an audit offers and was not written, since the result would not have held: nobody sees the page that says so where all is written at once. */
function nameWithdrawn({ withdrawn }: FixReport, { stderr }: Terminal): void {
  // One that was tried again in a later round, to the same end, is told once.
  const all = new Set(
    withdrawn.map(({ finding, fix, reason }) => {
      const { path, start } = finding.locations[0];
      return `${path}:${start.line}: «${fix.title}» (${finding.rule}) was taken back: ${reason}`;
    }),
  );
  for (const what of [...all].slice(0, namedAtMost)) stderr.write(`plimsoll: ${printable(what)}\n`);
  const more = all.size - namedAtMost;
  if (more > 0)
    stderr.write(`plimsoll: and ${more} more ${more === 1 ? 'fix was' : 'fixes were'} taken back; --json names all\n`);
}

/** Writes the files of a report and says so; gives the exit code. */
export async function writeReport(
  session: FixSession,
  report: FixReport,
  parsed: ParsedArguments,
  terminal: Terminal,
  isUnasked = false,
): Promise<number> {
  const { writeFixes } = await import('./write-fixes.ts');
  return writeFixes(session.project.root, report, {
    allowDirty: parsed.has('allow-dirty'),
    nameQuestions: isUnasked && !parsed.has('json'),
    say: (text) => (parsed.has('json') || parsed.has('quiet') ? terminal.stderr : terminal.stdout).write(text),
    complain: (text) => terminal.stderr.write(text),
  });
}

/** Only what a patch can hold: fixes whose lines show a secret are named instead. */
async function printPatch(session: FixSession, terminal: Terminal): Promise<number> {
  const { patchWithoutSecrets } = await import('./patch-without-secrets.ts');
  const { patch, hidden, report } = await patchWithoutSecrets(session, prefixFrom(terminal.cwd, session.project.root));
  terminal.stdout.write(patch);
  nameHidden(hidden, terminal);
  nameLeftAlone(report, terminal);
  return report.files.length > 0 ? exitCodes.clean : unchangedCode(session, report);
}

/** Nothing to repair is clean; what was named itself and could not be judged is an input error. */
function unchangedCode({ target, project }: FixSession, { leftAlone }: FixReport): number {
  if (target.kind === 'directory') return exitCodes.clean;
  const isNamed =
    target.kind === 'bytes'
      ? () => true
      : (file: string) => target.paths.includes(path.resolve(target.root, file)) && !project.templates.has(file);
  const isUnread = target.kind === 'bytes' && project.artifacts.size === 0;
  return isUnread || leftAlone.some((file) => isNamed(file.path)) ? exitCodes.usage : exitCodes.clean;
}

/** All fixes that a patch cannot hold in one message, with their places. */
function nameHidden(hidden: readonly OfferedFix[], { stderr }: Terminal): void {
  if (hidden.length === 0) return;
  const linesOf = new Map<string, Set<number>>();
  for (const { finding } of hidden) {
    const { path, start } = finding.locations[0];
    linesOf.set(path, (linesOf.get(path) ?? new Set()).add(start.line));
  }
  const places = [...linesOf].map(([path, lines]) => `${path}:${[...lines].sort((a, b) => a - b).join(',')}`);
  const withQuestions = hidden.some((each) => each.class === 'review');
  const subject = hidden.length === 1 ? '1 fix is' : `${hidden.length} fixes are`;
  stderr.write(
    `plimsoll: ${subject} not in the patch, whose lines would hold a secret: ${printable(places.join(' '))}\n  «plimsoll fix --write${withQuestions ? ' --review' : ''}» makes ${hidden.length === 1 ? 'it' : 'them'}.\n`,
  );
}

/** Files that could not be read or must not be written, where the report itself is not shown. */
function nameLeftAlone({ problems, leftAlone }: FixReport, { stderr }: Terminal): void {
  for (const { path, message, remedy } of problems)
    stderr.write(`plimsoll: ${printable(path)} is left alone: ${printable(message)}\n  ${printable(remedy)}\n`);
  for (const { path, reason, remedy } of leftAlone)
    stderr.write(`plimsoll: ${printable(path)}: ${printable(reason)}\n  ${printable(remedy)}\n`);
}

/** What a fix would write beside a text that came on standard input has no place in what is printed. */
function alone({ target, project }: FixSession): Parameters<FixSession['run']>[0] {
  if (target.kind !== 'bytes') return {};
  return { refuses: ({ paths }) => paths.some((path) => !project.artifacts.has(path)) };
}

/** For editors: the repaired text, or the text as it came when there is nothing to repair. */
async function printRepaired(session: FixSession, terminal: Terminal): Promise<number> {
  const [artifact] = session.project.artifacts.values();
  const report = await session.run(alone(session));
  const [file] = report.files;
  if (file) terminal.stdout.write(encodeArtifact(file.after));
  else if (artifact) terminal.stdout.write(encodeArtifact(artifact));
  nameLeftAlone(report, terminal);
  return artifact === undefined ? exitCodes.usage : exitCodes.clean;
}
