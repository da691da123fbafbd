import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'A digest that nobody raises keeps the base image without its security updates; it helps only where a bot such as Renovate or Dependabot moves it.',
  summary: 'The base image is not pinned by its digest',
  why: 'A tag can be moved, so that two builds of one commit may stand on different images, and a build cannot be repeated.',
  remedy: 'Write the digest behind the tag, name:tag@sha256:…, and let a bot keep both up to date.',
  peers: [],
  check({ dockerfile }, { report }) {
    for (const { from, base } of dockerfile.stages) {
      if (from?.image === undefined || base.kind !== 'image' || !base.complete || base.reference.includes('@'))
        continue;
      report({ at: from.image.range, message: `${base.reference} may be another image tomorrow.` });
    }
  },
});
