import type { EndOfLife } from '../../bases/base-image.ts';
import { supportSaid } from '../../bases/end-of-life.ts';
import { knownImage } from '../../bases/mirrored-image.ts';
import { addDays } from '../../core/day.ts';
import type { PeerId } from '../../core/finding.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import type { Severity } from '../../core/severity.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, stageChain } from '../../project/stage-facts.ts';
import { moveToSuccessor } from '../../repairs/move-to-successor.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'The base image gets no security updates any more',
  why: 'What is found in it from now on stays open, however often the image is built again.',
  remedy: 'Move to a release that is still supported.',
  peers: ['tally:ruby/eol-ruby-version'],
  judgesRelease: true,
  options: {
    days: { description: 'Days before the end of support from which on a note is given.', default: 90 },
  },
  check({ dockerfile, project }, { report, option, today }) {
    if (today === undefined) return;
    const shipped = new Set(shippedStages(project, dockerfile).flatMap(stageChain));
    const until = addDays(today, option.number('days'));
    for (const { reference, copyOf, ends, stages } of endsByImage(dockerfile, until, project.mirrors)) {
      const [first, ...others] = stages.flatMap(({ from }) => from ?? []);
      if (first === undefined) continue;
      // What of another release a private registry has copies of nobody here knows.
      const move = copyOf === undefined ? moveToSuccessor(project, dockerfile, reference, stages, today) : undefined;
      const past = ends.filter(({ date }) => date < today);
      report({
        at: first.range,
        also: others.map(({ range }) => ({ range, note: 'the same image' })),
        message: `${copyOf === undefined ? '' : `A copy of ${copyOf}: `}${supportSaid(past.length > 0 ? past : ends, today)}.`,
        severity: severityOf(
          past,
          stages.some((stage) => shipped.has(stage)),
          today,
        ),
        ...(past.length === 0 && { why: 'After that day, what is found in it stays open.' }),
        peers: peersOf(past),
        ...(move && { fix: move.fix, remedy: remedyOf(move) }),
        cause: `base image: ${first.line}`,
      });
    }
  },
});

interface EndingImage {
  readonly reference: string;
  /** Where it is one in a private registry. */
  readonly copyOf: string | undefined;
  readonly ends: readonly EndOfLife[];
  readonly stages: readonly Stage[];
}

/** The stages that begin with an image whose support ends before a day, by image. */
function endsByImage(
  dockerfile: Dockerfile,
  before: string,
  mirrors: ReadonlyMap<string, string> = new Map(),
): readonly EndingImage[] {
  const byImage = new Map<string, Omit<EndingImage, 'reference' | 'stages'> & { stages: Stage[] }>();
  for (const stage of dockerfile.stages) {
    const { base } = stage;
    if (base.kind !== 'image' || !base.complete) continue;
    const { endOfLife, copyOf } = knownEnds(stage, base.reference, mirrors);
    const ends = endOfLife.filter(({ date }) => date < before);
    if (ends.length === 0) continue;
    const known = byImage.get(base.reference);
    if (known) known.stages.push(stage);
    else byImage.set(base.reference, { copyOf, ends, stages: [stage] });
  }
  return [...byImage].map(([reference, found]) => ({ reference, ...found }));
}

function knownEnds(stage: Stage, text: string, mirrors: ReadonlyMap<string, string>) {
  const { endOfLife } = baseImageOf(stage);
  const reference = endOfLife.length > 0 ? undefined : parseImageReference(text);
  if (reference === undefined) return { endOfLife, copyOf: undefined };
  const { image, copyOf } = knownImage(reference, mirrors);
  return { endOfLife: copyOf === undefined ? endOfLife : image.endOfLife, copyOf };
}

/** What to move to; where a step is known to fail there, what has to be changed with it. */
function remedyOf({ successor, certain, framework }: NonNullable<ReturnType<typeof moveToSuccessor>>): string {
  const { reference } = successor;
  if (framework !== undefined)
    return `Raise TargetFramework in ${framework.path} from ${framework.framework} to ${framework.wanted} first, then move to ${reference}.`;
  const [first] = certain;
  return first === undefined
    ? `Move to ${reference}.`
    : `Move to ${reference}, and change the steps with it: ${first}.`;
}

/** What ships with a release that ended over a year ago is an error: by then exploits are public. */
function severityOf(past: readonly EndOfLife[], ships: boolean, today: string): Severity {
  if (past.length === 0) return 'note';
  return ships && past.some(({ date }) => date < addDays(today, -365)) ? 'error' : 'warning';
}

/** tally knows Ruby releases only, and does not look at days to come. */
function peersOf(past: readonly EndOfLife[]): readonly PeerId[] {
  return past.some(({ product }) => product.startsWith('Ruby ')) ? ['tally:ruby/eol-ruby-version'] : [];
}
