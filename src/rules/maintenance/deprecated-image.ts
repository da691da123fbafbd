import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { moveToSuccessor } from '../../repairs/move-to-successor.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'The base image or its registry has been given up',
  why: 'An image that nobody builds any more keeps every fault that is found in it.',
  remedy: 'Move to the image that took its place.',
  peers: [],
  check({ dockerfile, project }, { report, today }) {
    const seen = new Set<string>();
    for (const stage of dockerfile.stages) {
      const { base, from } = stage;
      if (from === undefined || base.kind !== 'image' || !base.complete || seen.has(base.reference)) continue;
      seen.add(base.reference);
      const { deprecated } = baseImageOf(stage);
      if (deprecated === undefined) continue;
      const others = dockerfile.stages.filter(
        (other) => other !== stage && other.base.kind === 'image' && other.base.reference === base.reference,
      );
      const stages = [stage, ...others];
      const move =
        today === undefined ? undefined : moveToSuccessor(project, dockerfile, base.reference, stages, today);
      const fix = onNewRegistry(dockerfile, stages) ?? move?.fix;
      report({
        at: from.range,
        also: others.flatMap((other) => (other.from ? { range: other.from.range, note: 'the same image' } : [])),
        message: `${base.reference}: ${deprecated.reason}.`,
        ...(deprecated.instead !== undefined && { remedy: `Take ${deprecated.instead} instead.` }),
        cause: `base image: ${from.line}`,
        ...(fix && { fix }),
      });
    }
  },
});

const frozen = 'k8s.gcr.io/';

/** The registry that took over serves the same images under the same names. */
function onNewRegistry(dockerfile: Dockerfile, stages: readonly Stage[]): Fix | undefined {
  const edits = stages.flatMap(({ from }) => {
    const image = from?.image;
    if (!image?.value.startsWith(frozen) || !dockerfile.text.startsWith(frozen, image.range.start)) return [];
    const { start } = image.range;
    return replace(dockerfile, { start, end: start + frozen.length }, 'registry.k8s.io/');
  });
  if (edits.length < stages.length) return undefined;
  return {
    title: 'Pull from registry.k8s.io',
    changes: { edits },
    assumptions: [{ statement: 'registry.k8s.io serves all images of k8s.gcr.io under their names.', state: 'holds' }],
  };
}
