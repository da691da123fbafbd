import type { ParsedArguments, Terminal } from './command.ts';
import { openFixSession } from './fix-session.ts';
import { proveProject } from './prove-project.ts';
import { writeProofs } from './write-proofs.ts';

/** Proves the repair of a project as the arguments of `plimsoll prove` say. Gives the exit code. */
export async function performProve(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const session = await openFixSession(parsed, terminal);
  const proved = await proveProject(session, parsed, terminal, () => false);
  await writeProofs(proved, parsed, terminal);
  return proved.exitCode;
}
