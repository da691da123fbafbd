import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'The base image or its registry has been given up',
  why: 'An image that nobody builds any more keeps every fault that is found in it.',
  remedy: 'Move to the image that took its place.',
  peers: [],
  check({ dockerfile }, { report }) {
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
      report({
        at: from.range,
        also: others.flatMap((other) => (other.from ? { range: other.from.range, note: 'the same image' } : [])),
        message: `${base.reference}: ${deprecated.reason}.`,
        ...(deprecated.instead !== undefined && { remedy: `Take ${deprecated.instead} instead.` }),
        cause: `base image: ${from.line}`,
      });
    }
  },
});
