import type { BehaviourComparison } from '../core/evidence.ts';
import type { BuiltImage } from './build.ts';
import type { Tried } from './largest-passing.ts';
import type { NamedFix, ProofTools, Repaired } from './proof.ts';
import { type Subject, sameBuild } from './subjects.ts';
import { suspectsOfBehaviour, suspectsOfStep } from './suspects.ts';
import type { Trial, TrialPlan } from './trial.ts';
import type { Workshop } from './workshop.ts';

/** How the original is run and what was seen of it, twice. */
export interface OriginalTrials {
  readonly plan: TrialPlan | undefined;
  readonly first: Trial | undefined;
  readonly second: Trial | undefined;
}

/** What came of a repaired project that was built and tried. */
export type Attempt =
  | { readonly ok: true; readonly image: BuiltImage; readonly behaviour: BehaviourComparison }
  | { readonly ok: false; readonly failed: Extract<Tried, { kind: 'fails' }> };

export interface AttemptParts {
  readonly subject: Subject;
  readonly shop: Workshop;
  readonly tools: ProofTools;
  readonly original: OriginalTrials;
}

/** Builds a repaired project and compares what it does with the original. What differs is looked at a second time: chance does not come twice. */
export async function attemptRepair(
  repaired: Repaired,
  fixes: readonly NamedFix[],
  cache: 'none' | 'warm',
  parts: AttemptParts,
): Promise<Attempt> {
  const { shop } = parts;
  const outcome = await shop.build({ what: 'repaired', files: repaired.files, cache });
  if (!outcome.ok) {
    const { step, message, why } = outcome.failure;
    const sign = `${why} ${step?.instruction ?? step?.name ?? ''}`;
    return { ok: false, failed: { kind: 'fails', reason: message, sign, suspects: suspectsOfStep(step, fixes) } };
  }
  const { image } = outcome;
  const behaviour = await behaviourOf(repaired, image, parts);
  if (behaviour.verdict !== 'different') return { ok: true, image, behaviour };
  await shop.forget(image);
  const { differences } = behaviour;
  const [first] = differences;
  return {
    ok: false,
    failed: {
      kind: 'fails',
      reason: `${first?.name ?? 'the program'}: ${first?.message ?? 'is not the same'}`,
      sign: differences.map(({ name }) => name).join('\n'),
      suspects: suspectsOfBehaviour(differences, fixes),
    },
  };
}

/** By the plan that the repaired files give: what a fix writes into a manifest is tried, too. */
async function behaviourOf(
  { project }: Repaired,
  image: BuiltImage,
  { shop, tools, subject, original: { first, second } }: AttemptParts,
): Promise<BehaviourComparison> {
  if (first === undefined || second === undefined) return notRun(tools.notRun);
  const plan = await tools.plan(sameBuild(project, subject.build) ?? subject.build, project, image);
  const trial = await shop.try('repaired', image, plan);
  if (trial === undefined) return notRun(tools.notRun);
  const behaviour = tools.compareTrials(first, second, trial);
  if (behaviour.verdict !== 'different') return behaviour;
  const again = await shop.try('repaired once more', image, plan);
  return again === undefined ? behaviour : tools.compareTrials(first, second, again);
}

function notRun(why: string): BehaviourComparison {
  return { verdict: 'unknown', compared: 0, differences: [], improvements: [], unproved: [], noise: [], why };
}
