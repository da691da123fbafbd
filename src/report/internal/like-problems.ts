import { groupBy } from '../../core/group-by.ts';
import type { ReadProblem } from '../../core/report.ts';
import { plural } from './wording.ts';

interface Problem {
  readonly path: string;
  readonly position?: ReadProblem['position'];
  readonly message: string;
}

/** A problem that is told, and those that say the same of other files. */
export interface LikeProblems<Of extends Problem> {
  readonly first: Of;
  readonly others: readonly Of[];
}

/** Fewer than this are told one by one. */
const fewest = 4;
const namedAtMost = 3;

/**
 * Problems in their order, what is said twice of one place once, and those that say the same of several files put together: as 40 charts without helm do.
 * Names, addresses and numbers within a message make no difference.
 */
export function likeProblems<Of extends Problem>(problems: readonly Of[]): readonly LikeProblems<Of>[] {
  const different = [...groupBy(problems, placeAndText).values()].flatMap(([first]) => first ?? []);
  return [...groupBy(different, kindOf).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    if (others.length + 1 >= fewest) return [{ first, others }];
    return [first, ...others].map((each) => ({ first: each, others: [] }));
  });
}

function placeAndText({ path, message, position }: Problem): string {
  return JSON.stringify([path, position?.line, position?.column, message]);
}

function kindOf({ message }: Problem): string {
  return message
    .slice(0, 300)
    .replace(/\S*[/.@][^\s,;]*/g, 'PATH')
    .replace(/\d+/g, '0');
}

/** `The same 41 times more: a/Chart.yaml, b/Chart.yaml, c/Chart.yaml …`; '' where there are none. */
export function othersText({ others }: LikeProblems<Problem>): string {
  if (others.length === 0) return '';
  const paths = [...new Set(others.map(({ path }) => path))];
  const named = paths.slice(0, namedAtMost).join(', ');
  const more = paths.length > namedAtMost ? ' …' : '';
  return `The same ${plural(others.length, 'time')} more: ${named}${more}`;
}
