import { parseImageReference } from '../../core/image-reference.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'The image is called latest',
  why: 'What the name means changes with every push: nobody can say what runs, or go back to what ran.',
  remedy: 'Give the image a tag of its own for each release, or name it by its digest.',
  peers: ['dockle:DKL-DI-0006'],
  check({ image }, { report }) {
    const { source, name, reference: found } = image.analysis.image;
    // The path of an archive says nothing of what the image in it is called.
    const reference = parseImageReference(found ?? (source === undefined ? name : ''));
    if (!reference || reference.digest !== undefined || (reference.tag ?? 'latest') !== 'latest') return;
    report({
      at: { path: image.path, range: { start: 0, end: image.history.text.indexOf('\n') } },
      message:
        reference.tag === undefined ? 'The image has no tag, so it is called latest.' : 'The image is called latest.',
    });
  },
});
