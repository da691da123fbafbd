import { exitCodes, UserError } from '../core/errors.ts';
import type { FixReport } from '../core/fix-report.ts';
import type { Candidate } from '../fix/candidate.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { type FixSession, openFixSession } from './fix-session.ts';
import { fixKey } from './named-fixes.ts';
import { print, writeReport } from './perform-fix.ts';
import { type ProvedProject, proveProject } from './prove-project.ts';
import { typedAgain } from './typed-again.ts';
import { writeProofs } from './write-proofs.ts';

/** `plimsoll fix --prove`: builds and runs before it shows or writes, and then only what did no harm. Gives the exit code. */
export async function performProvedFix(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  for (const flag of ['diff', 'check', 'interactive'])
    if (parsed.has(flag))
      throw new UserError(`--prove and --${flag} cannot be asked for together`, {
        remedy: 'Use --prove --write, and git diff afterwards; «plimsoll prove» only compares.',
      });
  const session = await openFixSession(parsed, terminal);
  const proved = await proveProject(session, parsed, terminal, (candidate) => isOfImage(candidate, session));
  // Standard output is one document.
  const page = parsed.has('json')
    ? {
        ...terminal,
        stdout: {
          isTTY: false,
          columns: 100,
          write: (text: string | Uint8Array) => terminal.stderr.write(String(text)),
        },
      }
    : terminal;
  await writeProofs(proved, { ...parsed, has: (flag) => flag !== 'json' && parsed.has(flag) }, page);
  // Half a proof is none: nothing is written where it was cut off.
  if (proved.exitCode > exitCodes.findings) return proved.exitCode;
  const report = await provedReport(proved, session);
  if (!parsed.has('write')) {
    if (!parsed.has('quiet') && !parsed.has('json')) terminal.stdout.write('\n');
    await print(report, session.project.root, parsed, terminal);
    if (report.files.length > 0 && !parsed.has('quiet') && !parsed.has('json'))
      terminal.stdout.write(`\nNothing is written yet.   ${typedAgain('fix', parsed, { adding: ['--write'] })}\n`);
    return proved.exitCode;
  }
  const code = await writeReport(session, report, parsed, terminal, true);
  if (parsed.has('json')) await print(report, session.project.root, parsed, terminal);
  return code === exitCodes.clean ? proved.exitCode : code;
}

/** A question about an image can be answered by building and running it, with what its manifest says; one about a manifest alone cannot. */
function isOfImage({ paths }: Candidate, { project }: FixSession): boolean {
  return project.builds.some(({ dockerfile, context, runBy }) => {
    const built = new Set([dockerfile.path, ...(context ? [context.ignorePath] : [])]);
    const run = new Set(runBy.map((use) => (use.kind === 'container' ? use.workload.object.path : use.file.path)));
    return paths.some((path) => built.has(path)) && paths.every((path) => built.has(path) || run.has(path));
  });
}

/** The repair with what no proof withdrew; of the fixes with a question only those that passed. */
async function provedReport({ proofs, fixes, withdrawn }: ProvedProject, session: FixSession): Promise<FixReport> {
  const passed = new Set(
    proofs.flatMap(({ verdict, passing }) => (verdict === 'proved' ? passing.map(({ key }) => key) : [])),
  );
  const isSafe = ({ key, class: kind }: (typeof fixes)[number]) => kind === 'safe' && !withdrawn.has(key);
  const allowed = new Set([
    ...[...passed].filter((key) => !withdrawn.has(key)),
    ...fixes.filter(isSafe).map(({ key }) => key),
  ]);
  const report = await session.run({
    takes: () => true,
    refuses: (candidate) => !allowed.has(fixKey(candidate)),
  });
  const applied = report.applied.map((each) => (passed.has(fixKey(each)) ? { ...each, proved: true as const } : each));
  return { ...report, applied };
}
