import { splitAtBlanks } from '../parse-words.ts';
import type { Outcome } from './outcome.ts';
import { fromWords, type StagePlan } from './plan-stages.ts';
import type { Statement } from './statement.ts';

const reserved: ReadonlySet<string> = new Set(['context', 'scratch']);

/** Reports what is odd about the words of one FROM, as BuildKit does while it still reads the file. */
export function checkFromCasing(from: Statement, { hit }: Outcome): void {
  const [, as, name] = splitAtBlanks(from.text).map(({ word }) => word);
  const count = splitAtBlanks(from.text).length;
  if (as === undefined || name === undefined) return;
  if (count === 3 && name !== name.toLowerCase())
    hit('StageNameCasing', from.instruction, name, { meant: name.toLowerCase() });
  const { keyword } = from;
  const isLower = keyword === keyword.toLowerCase();
  if (!isLower && keyword !== keyword.toUpperCase()) return;
  const meant = isLower ? as.toLowerCase() : as.toUpperCase();
  if (as !== meant) hit('FromAsCasing', from.instruction, as, { meant });
}

/** Reports stage names that mean something else or are taken twice. */
export function checkStageNames(stages: readonly StagePlan[], { hit }: Outcome): void {
  const seen = new Set<string>();
  for (const { from } of stages) {
    const { name } = fromWords(from);
    if (name === '') continue;
    if (reserved.has(name)) hit('ReservedStageName', from.instruction, name);
    if (seen.has(name)) hit('DuplicateStageName', from.instruction, name);
    seen.add(name);
  }
}

/** Reports keywords that are not in the case of most: lower or upper. */
export function checkKeywordCasing(stages: readonly StagePlan[], { hit }: Outcome): void {
  const statements = stages.flatMap(({ from, statements: rest }) => [from, ...rest]);
  let lower = 0;
  let upper = 0;
  for (const { keyword } of statements)
    if (keyword === keyword.toLowerCase()) lower += 1;
    else if (keyword === keyword.toUpperCase()) upper += 1;
  for (const { keyword, instruction } of statements) {
    const meant = lower > upper ? keyword.toLowerCase() : keyword.toUpperCase();
    if (keyword !== meant) hit('ConsistentInstructionCasing', instruction, keyword, { meant });
  }
}
