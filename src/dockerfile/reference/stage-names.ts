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
  const count = { upper: 0, lower: 0, mixed: 0 };
  for (const { from, statements } of stages) {
    count[caseOf(from.keyword)] += 1;
    for (const { keyword } of statements) count[caseOf(keyword)] += 1;
  }
  const wanted = count.lower > count.upper ? 'lower' : 'upper';
  if (count.mixed + count[wanted === 'lower' ? 'upper' : 'lower'] === 0) return;
  for (const { keyword, instruction } of stages.flatMap(({ from, statements }) => [from, ...statements])) {
    if (caseOf(keyword) === wanted) continue;
    const meant = wanted === 'lower' ? keyword.toLowerCase() : keyword.toUpperCase();
    hit('ConsistentInstructionCasing', instruction, keyword, { meant });
  }
}

/** Keywords are ASCII letters only: an instruction that does not exist is in no stage. */
function caseOf(keyword: string): 'upper' | 'lower' | 'mixed' {
  let upper = 0;
  for (let at = 0; at < keyword.length; at += 1) if (keyword.charCodeAt(at) < 97) upper += 1;
  if (upper === 0) return 'lower';
  return upper === keyword.length ? 'upper' : 'mixed';
}
