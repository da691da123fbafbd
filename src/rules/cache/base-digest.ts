import { replace } from '../../dockerfile/edit.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { digestFix } from '../../repairs/pin-digest.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'A digest that nobody raises keeps the base image without its security updates; it helps only where a bot such as Renovate or Dependabot moves it.',
  summary: 'The base image is not pinned by its digest',
  why: 'A tag can be moved, so that two builds of one commit may stand on different images, and a build cannot be repeated.',
  remedy: 'Write the digest behind the tag, name:tag@sha256:…, and let a bot keep both up to date.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const { from, base } of dockerfile.stages) {
      if (from?.image === undefined || base.kind !== 'image' || !base.complete || base.reference.includes('@'))
        continue;
      const { image } = from;
      // Behind a variable the digest would hold for one value of it only.
      const isWritten =
        image.value === base.reference && dockerfile.text.slice(image.range.start, image.range.end) === image.value;
      const fix = isWritten
        ? digestFix(project, image.value, (digest) => [replace(dockerfile, image.range, `${image.value}@${digest}`)])
        : undefined;
      report({ at: image.range, message: `${base.reference} may be another image tomorrow.`, ...(fix && { fix }) });
    }
  },
});
