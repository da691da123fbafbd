import { isPlainDirectory } from '../../image/image.ts';
import { placeOfImage } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'note',
  summary: 'The image does not say where it comes from',
  why: 'Whoever finds it running cannot tell which source and revision it was made of, or whom to ask.',
  remedy: 'Set the labels when it is built, for instance with docker build --label or in the CI action that builds it.',
  peers: [],
  options: {
    required: {
      description: 'Labels that every image must have',
      default: ['org.opencontainers.image.source', 'org.opencontainers.image.revision'],
    },
  },
  check({ image }, { report, option }) {
    if (isPlainDirectory(image.analysis.image)) return;
    const { labels } = image.analysis.image.configuration;
    const missing = option
      .list('required')
      .filter((name) => !labels.has(name) && !image.analysis.image.annotations.has(name));
    if (missing.length > 0)
      report({ ...placeOfImage(image), message: `The image has no label ${missing.join(', ')}.` });
  },
});
