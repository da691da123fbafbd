import type { WithdrawnByProof } from '../core/evidence.ts';
import { type AttemptParts, attemptRepair } from './attempt.ts';
import type { BuiltImage } from './build.ts';
import { compareTrees } from './compare/compare-trees.ts';
import { declarationsOf } from './compare/declared.ts';
import { concerns, digestOfFiles, othersOf } from './digests.ts';
import { evidenceOf } from './evidence-of.ts';
import type { Found, TriedOriginal } from './found.ts';
import { largestPassing, type Tried } from './largest-passing.ts';
import { filesOf, type MeasureParts, measure, rebuild } from './measure.ts';
import type { NamedFix, Proof, ProofOptions, ProofTools, Repaired, RepairWith } from './proof.ts';
import { statementsOf } from './statements.ts';
import { type Subject, sameBuild } from './subjects.ts';
import { openWorkshop, ProofEnded, stopIfCancelled } from './workshop.ts';

/**
 * Proves the repair of one image: builds and runs the original twice and the repaired one once, measures both, and compares. Fixes that fail are withdrawn until
 * the rest passes. Nothing that it makes is left, and it never rejects for what a builder, an engine or the user does: that is in the result.
 */
export async function prove(
  subject: Subject,
  repairWith: RepairWith,
  tools: ProofTools,
  options: ProofOptions,
): Promise<Proof> {
  const begun = performance.now();
  const shop = openWorkshop(subject, tools, options);
  const parts: MeasureParts = { subject, shop, tools, options };
  const found: Found = { fixes: [], withdrawn: [] };
  const result = async (ended?: ProofEnded): Promise<Proof> => {
    const { verdict, statements } = statementsOf({ ...found, tools, ended });
    const facts = { verdict, statements, seconds: (performance.now() - begun) / 1000, builds: shop.builds() };
    const passing = found.repaired && ended === undefined ? (found.passed?.repaired.fixes ?? []) : [];
    return {
      subject,
      verdict,
      evidence: found.original && (await evidenceOf(found, found.original, facts, parts)),
      statements,
      passing: relevant(passing, subject, options),
      withdrawn: found.withdrawn,
      ended: ended?.why,
      images: options.keepImages ? shop.kept() : [],
    };
  };
  try {
    const whole = await repairWith();
    found.fixes = relevant(whole.fixes, subject, options);
    if (found.fixes.length === 0) return await result();
    found.original = await tryOriginal(parts);
    await tryRepaired(whole, repairWith, parts, found, found.original);
    return await result();
  } catch (error) {
    if (error instanceof ProofEnded) return await result(error);
    throw error;
  } finally {
    await shop.close();
  }
}

function relevant(fixes: readonly NamedFix[], subject: Subject, { project }: ProofOptions): readonly NamedFix[] {
  const others = othersOf(project);
  return fixes.filter(({ fix: { changes } }) =>
    concerns(
      [...changes.edits, ...(changes.newFiles ?? [])].map(({ path }) => path),
      subject,
      others,
    ),
  );
}

/**
 * The original is asked a second time at another moment of its life than the first: a page that counts seconds since the start says the
 * same in both trials otherwise, and something else as soon as the repaired image is a little slower.
 */
const askedAfterSeconds = 1.5;

/** @throws ProofEnded where it cannot be built */
async function tryOriginal(parts: MeasureParts): Promise<TriedOriginal> {
  const { shop, tools, subject, options } = parts;
  const first = await buildOriginal(parts, 'original');
  const plan = tools.runner && (await tools.plan(subject.build, options.project, first));
  const firstTrial = plan && (await shop.try('original', first, plan));
  const second = await buildOriginal(parts, 'original once more');
  const secondTrial = plan && (await shop.try('original once more', second, { ...plan, askedAfterSeconds }));
  const warm = await rebuild('original', new Map(), parts);
  options.onStep(`${subject.name}: looking into the original`, undefined);
  const again = await filesOf(second, parts);
  const measured = await measure(first, warm, parts);
  return { ...measured, again, image: first.id, plan, first: firstTrial, second: secondTrial };
}

async function buildOriginal({ shop }: MeasureParts, what: string): Promise<BuiltImage> {
  const outcome = await shop.build({ what, files: new Map(), cache: 'none' });
  if (outcome.ok) return outcome.image;
  const { message, logFile, why } = outcome.failure;
  // The repaired files may name another image than the original's: there it is a fix that cannot be had.
  if (why === 'unreachable') throw new ProofEnded('system', message);
  throw new ProofEnded('original', `the original does not build: ${message} (all of it in ${logFile})`);
}

async function tryRepaired(
  whole: Repaired,
  repairWith: RepairWith,
  parts: MeasureParts,
  found: Found,
  original: TriedOriginal,
): Promise<void> {
  const attemptParts = { ...parts, original };
  const attempt = await attemptRepair(whole, found.fixes, 'none', attemptParts);
  if (attempt.ok) return finish({ repaired: whole, attempt }, parts, found, original);
  const { passing, refused } = await searchPassing(whole, attempt.failed, repairWith, attemptParts, found.fixes);
  const inPlace = await tryInPlace(refused, repairWith, attemptParts, found.fixes);
  if (inPlace !== undefined) {
    const made = new Set(inPlace.repaired.fixes.map(({ key }) => key));
    found.withdrawn = found.fixes
      .filter(({ key }) => !made.has(key))
      .map((fix) => withdrawal(fix, refused.get(fix.key) ?? restsOnOther));
    found.fixes = relevant(inPlace.repaired.fixes, parts.subject, parts.options);
    return finish(inPlace, parts, found, original);
  }
  const only = withOthers(passing, whole, found.fixes);
  const rest = passing.size === 0 ? undefined : await repairWith({ only });
  const kept = new Set(rest?.fixes.map(({ key }) => key));
  found.withdrawn = found.fixes
    .filter(({ key }) => !kept.has(key))
    .map((fix) => withdrawal(fix, refused.get(fix.key) ?? restsOnOther));
  if (rest === undefined || relevant(rest.fixes, parts.subject, parts.options).length === 0) return;
  // What passed with what the cache held is built once more from nothing: that is what is measured, and what is proved.
  const last = await attemptRepair(rest, [], 'none', attemptParts);
  if (last.ok) return finish({ repaired: rest, attempt: last }, parts, found, original);
  const reason = `it passed once and not again: ${last.failed.reason}`;
  found.withdrawn = found.fixes.map((fix) => withdrawal(fix, refused.get(fix.key) ?? reason));
}

const restsOnOther = 'it rests on a fix that was withdrawn';

/**
 * The repair without what was refused, where something can be made then that a refused fix stood in the way of: a cache emptied in the stage
 * that ships after all, say. Undefined where there is nothing of the kind, or it does not pass.
 */
async function tryInPlace(
  refused: ReadonlyMap<string, string>,
  repairWith: RepairWith,
  parts: MeasureParts & AttemptParts,
  own: readonly NamedFix[],
): Promise<NonNullable<Found['passed']> | undefined> {
  const repaired = await repairWith({ without: new Set(refused.keys()) });
  const known = new Set(own.map(({ key }) => key));
  const others = relevant(repaired.fixes, parts.subject, parts.options).filter(({ key }) => !known.has(key));
  if (others.length === 0) return undefined;
  const attempt = await attemptRepair(repaired, [], 'none', parts);
  return attempt.ok ? { repaired, attempt } : undefined;
}

function withdrawal(fix: NamedFix, reason: string): WithdrawnByProof & { readonly key: string } {
  const { rule, path, line, title, class: kind, key } = fix;
  return { rule, path, line, title, class: kind, key, reason };
}

/** Fixes of other images stay made: they are not what is tried here. */
function withOthers(keys: ReadonlySet<string>, whole: Repaired, own: readonly NamedFix[]): ReadonlySet<string> {
  const mine = new Set(own.map(({ key }) => key));
  return new Set([...keys, ...whole.fixes.flatMap(({ key }) => (mine.has(key) ? [] : [key]))]);
}

async function searchPassing(
  whole: Repaired,
  failure: Extract<Tried, { kind: 'fails' }>,
  repairWith: RepairWith,
  parts: MeasureParts & AttemptParts,
  own: readonly NamedFix[],
): ReturnType<typeof largestPassing> {
  const { shop, subject, options } = parts;
  const isMeant = (path: string) => concerns([path], subject, new Set());
  const known = new Map<string, Tried>([
    [digestOfFiles(new Map(), isMeant), { kind: 'passes' }],
    [digestOfFiles(whole.files, isMeant), failure],
  ]);
  const most = shop.builds() + options.mostBuilds;
  return largestPassing({
    all: [...new Set(own.map(({ key }) => key))],
    failure,
    async attempt(keys) {
      const repaired = await repairWith({ only: withOthers(keys, whole, own) });
      const digest = digestOfFiles(repaired.files, isMeant);
      const before = known.get(digest);
      if (before) return before;
      if (shop.builds() >= most)
        return { kind: 'unknown', reason: `not tried any more after ${options.mostBuilds} builds (--most-builds)` };
      stopIfCancelled(options.signal);
      const fixes = own.filter(({ key }) => keys.has(key));
      const attempt = await attemptRepair(repaired, fixes, 'warm', parts);
      if (attempt.ok) await shop.forget(attempt.image);
      const tried: Tried = attempt.ok ? { kind: 'passes' } : attempt.failed;
      known.set(digest, tried);
      return tried;
    },
  });
}

async function finish(
  passed: NonNullable<Found['passed']>,
  parts: MeasureParts,
  found: Found,
  original: TriedOriginal,
): Promise<void> {
  found.passed = passed;
  const warm = await rebuild('repaired', passed.repaired.files, parts);
  parts.options.onStep(`${parts.subject.name}: looking into the repaired`, undefined);
  found.repaired = await measure(passed.attempt.image, warm, parts);
  const { analysis, again } = original;
  const { build } = parts.subject;
  const after = sameBuild(passed.repaired.project, build) ?? build;
  const builds = { before: build, after, original: analysis, repaired: found.repaired.analysis };
  found.tree = compareTrees(
    { original: analysis.files, again, repaired: found.repaired.analysis.files },
    declarationsOf(passed.repaired.fixes, builds),
  );
}
