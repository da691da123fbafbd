import { exitCodes, UserError } from '../core/errors.ts';
import type { Evidence } from '../core/evidence.ts';
import { printable } from '../core/printable.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { type FixSession, openFixSession } from './fix-session.ts';
import { isRecorded } from './history-flags.ts';
import { proveProject } from './prove-project.ts';
import { refuseTwoFormats } from './refuse-two-formats.ts';
import { storeFile } from './store-file.ts';
import { writeProofs } from './write-proofs.ts';

/** Proves the repair of a project as the arguments of `plimsoll prove` say. Gives the exit code. */
export async function performProve(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  refuseTwoFormats(parsed);
  const session = await openFixSession(parsed, terminal);
  // A proof takes minutes: where it cannot be kept, that is known before.
  const file = isRecorded(parsed, session.configuration)
    ? storeFile(parsed, session.configuration.history, session.project.root, terminal.cwd)
    : undefined;
  const proved = await proveProject(session, parsed, terminal, () => false);
  await writeProofs(proved, parsed, terminal);
  const evidence = proved.proofs.flatMap((proof) => proof.evidence ?? []);
  if (evidence.length === 0 || file === undefined) return proved.exitCode;
  const kept = await keepsBudgets(evidence, { root: proved.root, file }, session, parsed, terminal);
  return proved.exitCode === exitCodes.clean && !kept ? exitCodes.findings : proved.exitCode;
}

/** Records what was proved. False where an image is larger than its budget. */
async function keepsBudgets(
  evidence: readonly Evidence[],
  place: { readonly root: string; readonly file: string },
  { configuration, target }: FixSession,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<boolean> {
  const [{ recordInHistory }, { recordedEvidence }, { subjectOf }] = await Promise.all([
    import('./record-run.ts'),
    import('./recorded-report.ts'),
    import('./with-history.ts'),
  ]);
  const outcome = await recordInHistory({
    kind: 'prove',
    subject: subjectOf(parsed, target, parsed.values('image')),
    ...place,
    version: terminal.version,
    cwd: terminal.cwd,
    environment: terminal.environment,
    configuration,
    // What a proof finds is its evidence.
    report: { findings: [], suppressed: [], problems: [], excerpts: new Map(), rules: [], score: { areas: [] } },
    images: [],
    evidence: evidence.map(recordedEvidence),
    showsTrend: false,
  });
  if ('refused' in outcome) {
    const { message, where, remedy, exitCode } = outcome.refused;
    throw new UserError(`not recorded: ${message}`, { where, remedy, exitCode });
  }
  for (const { place, message } of outcome.broken) terminal.stderr.write(`${printable(`${place}: ${message}`)}\n`);
  return outcome.broken.length === 0;
}
