import { secretRanges } from '../audit/artifact-secrets.ts';
import type { Candidate } from '../fix/candidate.ts';
import { previewOf } from '../fix/preview.ts';
import type { RepairState } from '../fix/repair-state.ts';
import { type FixTerminalOptions, renderOneFix, renderReasons } from '../report/fix-terminal.ts';
import type { Asker } from './ask.ts';
import type { Terminal } from './command.ts';

/** Asks about each fix of a round. What was accepted before the person quits is made. */
export function decideOneByOne(
  asker: Asker,
  page: FixTerminalOptions,
  { stdout }: Terminal,
): (batch: readonly Candidate[], state: RepairState) => Promise<readonly Candidate[] | undefined> {
  let quit = false;
  let all = false;
  return async (batch, { project }) => {
    if (quit) return undefined;
    const accepted: Candidate[] = [];
    for (const candidate of batch) {
      if (all) {
        accepted.push(candidate);
        continue;
      }
      stdout.write(`\n${renderOneFix(candidate, previewOf(candidate, project, secretRanges), page)}`);
      const answer = await askAbout(candidate, asker, page, stdout);
      if (answer === undefined || answer === 'q') {
        quit = true;
        break;
      }
      all = answer === 'r';
      if (answer === 'a' || all) accepted.push(candidate);
    }
    return quit && accepted.length === 0 ? undefined : accepted;
  };
}

async function askAbout(
  candidate: Candidate,
  asker: Asker,
  page: FixTerminalOptions,
  stdout: Terminal['stdout'],
): Promise<string | undefined> {
  for (;;) {
    const answer = await asker.ask('Make it?', ['skip', 'accept', 'explain', 'rest too', 'quit']);
    if (answer !== 'e') return answer;
    stdout.write(`\n${renderReasons(candidate, page)}\n`);
  }
}
