import type { BehaviourComparison, BehaviourDifference } from '../../core/evidence.ts';
import { printable } from '../../core/printable.ts';
import type { Observation, Trial } from '../trial.ts';
import { learnMask } from './internal/noise-mask.ts';
import { listens, noPort } from './internal/observe-service.ts';

/** Lines of a difference that are shown, around the first that differs. */
const shownLines = 12;
const shownBefore = 3;
const longestShown = 300;

type Findings = {
  readonly [Key in 'differences' | 'improvements' | 'unproved' | 'noise']: BehaviourComparison[Key][number][];
} & { compared: number; telling: number };

/** Observations that tell what a program does, not only that it is there. */
const tellingKinds: ReadonlySet<Observation['kind']> = new Set(['answer', 'command', 'exit', 'listens', 'output']);

/** A comparison for images that were not tried. */
export function notTried(why: string): BehaviourComparison {
  return { verdict: 'unknown', compared: 0, differences: [], improvements: [], unproved: [], noise: [], why };
}

/**
 * Whether the repaired image is still the same program. What differs between the two trials of the original is masked, by line and place,
 * and listed; everything else has to be equal. What the original fails at by itself, or answers with another status each time, proves nothing, and is listed. These are improvements and no
 * differences: it does what the original failed at; it stops at the signal where the original was killed, or ended with an error; it runs as another user
 * than root where the original was root; it answers or is healthy by a probe or HEALTHCHECK that the original had not.
 */
export function compareTrials(original: Trial, again: Trial, repaired: Trial): BehaviourComparison {
  const findings: Findings = { differences: [], improvements: [], unproved: [], noise: [], compared: 0, telling: 0 };
  const others = byName(again);
  const after = byName(repaired);
  const isDown = isWithoutProof(original);
  const failedStart = repaired.observations.find(({ kind, good }) => kind === 'started' && !good);
  for (const before of original.observations) {
    const second = others.get(before.name);
    const seen = after.get(before.name);
    if (second === undefined || second.good !== before.good) {
      findings.unproved.push({ name: before.name, why: 'good in only one of two trials of the original' });
    } else if (seen !== undefined) compareOne(before, second, seen, findings);
    // Where it does not start, that is the difference: nothing else could be seen.
    else if (failedStart === undefined && before.good)
      findings.differences.push(difference(before.name, 'not seen after the repair', before.lines, []));
  }
  for (const seen of repaired.observations)
    if (!original.observations.some(({ name }) => name === seen.name)) compareNew(seen, isDown, findings);
  const { differences, improvements, unproved, noise, compared } = findings;
  const why = isDown ? reasonOf(original) : untold(findings);
  const verdict = differences.length > 0 ? 'different' : why === undefined ? 'same' : 'unknown';
  return {
    verdict,
    compared,
    differences,
    improvements,
    unproved,
    noise,
    why: verdict === 'unknown' ? why : undefined,
  };
}

/** A program that starts and stops as before may still fail at all that it does in between: that it is the same would be said for nothing. */
function untold({ compared, telling }: Findings): string | undefined {
  if (compared === 0) return 'nothing was seen that could be compared';
  if (telling > 0) return undefined;
  return 'only that it starts and stops could be compared: nothing that it listens on and no check of its health tells what it does (a HEALTHCHECK, a probe, or requests and runs in plimsoll.yaml would)';
}

/** It did not start, or did nothing that works. */
function isWithoutProof({ observations }: Trial): boolean {
  return (
    observations.every(({ good }) => !good) ||
    observations.some(({ kind, name, good }) => kind === 'started' && name === 'starts' && !good)
  );
}

function byName({ observations }: Trial): ReadonlyMap<string, Observation> {
  return new Map(observations.map((each) => [each.name, each]));
}

function reasonOf(original: Trial): string {
  const first = original.observations.find(({ good }) => !good);
  if (first === undefined) return original.notRun[0] ?? 'the original was not run';
  const last = original.logs.at(-1);
  return printable(
    `the original itself fails: ${first.name} ${first.lines[0] ?? ''}${last === undefined ? '' : ` (${last.slice(0, 200)})`}`,
  );
}

function compareOne(before: Observation, second: Observation, after: Observation, findings: Findings): void {
  const { name } = before;
  const better = improvementOf(before, after);
  if (better !== undefined) {
    findings.improvements.push(difference(name, better, before.lines, after.lines));
    return;
  }
  if (!before.good) {
    // A program that listens on nothing fails at nothing.
    if (before.lines.length === 0 || before.lines[0] === noPort) return;
    findings.unproved.push({
      name,
      why: printable(`the original fails at it: ${before.lines[0] ?? 'nothing'}`.slice(0, 200)),
    });
    return;
  }
  const unsteady = unsteadyStatus(before, second);
  // A mask would let every status pass; that it fails now is a difference whatever the status was.
  if (unsteady !== undefined && after.good) {
    findings.unproved.push({ name, why: printable(unsteady) });
    return;
  }
  findings.compared += 1;
  if (tellingKinds.has(before.kind) || before.lines[0] === listens) findings.telling += 1;
  const mask = learnMask(before.lines, second.lines);
  findings.noise.push(...mask.noise.map((what) => ({ name, what: printable(what) })));
  const at = mask.firstDifference(after.lines);
  if (at !== undefined)
    findings.differences.push(difference(name, messageOf(before, after, at), before.lines, after.lines, at));
  else if (!after.good)
    findings.differences.push(difference(name, 'fails after the repair', before.lines, after.lines));
}

/** In words, where the original answered one request with two statuses. */
function unsteadyStatus(before: Observation, second: Observation): string | undefined {
  const [one = '', other = ''] = [before.lines[0], second.lines[0]];
  if (before.kind !== 'answer' || one === other || !one.startsWith('status ')) return undefined;
  return `the original answers ${one} in one trial and ${other} in the other`;
}

/** In words, where the repaired program does better. */
function improvementOf(before: Observation, after: Observation): string | undefined {
  if (before.kind === 'user') {
    const [was, is] = [before.lines[0], after.lines[0]];
    return was === 'uid 0' && is !== 'uid 0' ? `runs as ${is ?? 'nobody'} instead of root` : undefined;
  }
  if (!after.good) return undefined;
  if (before.kind === 'stops') {
    const isClean = after.lines[0] === 'stops at the signal';
    if (isClean && before.lines[0] !== after.lines[0]) return `${after.lines[0]}; before: ${before.lines[0]}`;
    return before.good ? undefined : `stops within its grace period; before: ${before.lines[0]}`;
  }
  return before.good ? undefined : `works; before: ${before.lines[0] ?? 'nothing'}`;
}

/** What only the repaired image was asked: by a probe or HEALTHCHECK that a fix wrote, or because nothing more could be seen of the original. */
function compareNew(seen: Observation, isDown: boolean, findings: Findings): void {
  const { name, lines, good } = seen;
  if (seen.kind === 'user' || seen.kind === 'listens') return;
  if (good) findings.improvements.push(difference(name, 'works; not there before', [], lines));
  else if (!isDown) findings.differences.push(difference(name, 'fails, and was not there before', [], lines));
}

function messageOf(before: Observation, after: Observation, at: number): string {
  const [was, is] = [before.lines[at], after.lines[at]];
  const isOneLine = before.kind !== 'answer' && before.kind !== 'output' && before.lines.length <= 1;
  if (isOneLine || at === 0) return `${was ?? 'nothing'} before, ${is ?? 'nothing'} after`;
  if (was === undefined) return `line ${at + 1} was not there before`;
  return is === undefined ? `line ${at + 1} is missing` : `line ${at + 1} differs: ${aroundDifference(was, is)}`;
}

/** What both lines are from shortly before the first character in which they differ. */
function aroundDifference(was: string, is: string): string {
  let at = 0;
  while (at < was.length && was[at] === is[at]) at += 1;
  const from = Math.max(0, at - 20);
  const shown = (line: string) =>
    `«${from > 0 ? '…' : ''}${line.slice(from, from + 60)}${line.length > from + 60 ? '…' : ''}»`;
  return `${shown(was)} before, ${shown(is)} after`;
}

function difference(
  name: string,
  message: string,
  before: readonly string[],
  after: readonly string[],
  at = 0,
): BehaviourDifference {
  const shown = (lines: readonly string[]) =>
    lines
      .slice(Math.max(0, at - shownBefore), Math.max(0, at - shownBefore) + shownLines)
      .map((line) => printable(line.slice(0, longestShown)));
  return {
    name: printable(name),
    message: printable(message.slice(0, longestShown)),
    before: shown(before),
    after: shown(after),
  };
}
