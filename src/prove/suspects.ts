import type { BehaviourDifference } from '../core/evidence.ts';
import type { BuildStep } from './build.ts';
import type { NamedFix } from './proof.ts';

/** Fixes that change how a program is started, by what is seen to differ: a hint, no more. */
const byObservation: readonly (readonly [RegExp, readonly string[]])[] = [
  [/stop|SIGTERM|grace/i, ['config/shell-form-command', 'config/stop-signal', 'config/package-manager-as-command']],
  [/user|runs as/i, ['security/non-root-user']],
  [/health/i, ['config/', 'size/lighter-base', 'size/single-stage-build']],
];

/** What changes most of an image, and so is the likeliest to have changed what the program does. */
const heavy = [
  'size/single-stage-build',
  'size/build-tools-shipped',
  'size/lighter-base',
  'size/static-file-server',
  'maintenance/end-of-life-base',
  'security/non-root-user',
  'config/shell-form-command',
  'config/package-manager-as-command',
  'context/',
  'size/',
];

/**
 * Fixes that a failing step of a build may come from, the likeliest first: those that write what the step says, then those that change
 * most. Those with nothing for or against them are left out.
 */
export function suspectsOfStep(step: BuildStep | undefined, fixes: readonly NamedFix[]): string[] {
  const words = wordsOf(step?.instruction ?? step?.name ?? '');
  const share = (fix: NamedFix) => {
    if (words.size === 0) return 0;
    const own = wordsOf(textOf(fix));
    return [...words].filter((word) => own.has(word)).length / words.size;
  };
  const likely = fixes
    .map((fix) => ({ fix, share: share(fix) }))
    .filter(({ share: each }) => each >= 0.5)
    .sort((a, b) => b.share - a.share);
  return unique([...likely.map(({ fix }) => fix.key), ...heaviest(fixes)]);
}

/** Fixes that a difference in behaviour may come from, the likeliest first. */
export function suspectsOfBehaviour(
  differences: readonly Pick<BehaviourDifference, 'name' | 'message'>[],
  fixes: readonly NamedFix[],
): string[] {
  const hinted = byObservation.flatMap(([form, rules]) =>
    differences.some(({ name, message }) => form.test(`${name} ${message}`))
      ? fixes.filter(({ rule }) => rules.some((each) => rule.startsWith(each)))
      : [],
  );
  return unique([...hinted.map(({ key }) => key), ...heaviest(fixes)]);
}

function heaviest(fixes: readonly NamedFix[]): string[] {
  return heavy.flatMap((rule) => fixes.filter((fix) => fix.rule.startsWith(rule)).map(({ key }) => key));
}

function textOf({ fix: { changes } }: NamedFix): string {
  return [...changes.edits.map((edit) => edit.replacement), ...(changes.newFiles ?? []).map(({ text }) => text)].join(
    '\n',
  );
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.match(/[\w./@-]{2,}/g) ?? []);
}

function unique(keys: readonly string[]): string[] {
  return [...new Set(keys)];
}
