import { isPlainDirectory } from '../../image/image.ts';
import { placeOfImage } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'The image does not say for which machine it is',
  why: 'A runtime cannot tell that the image is for another machine, and starts programs that end with «exec format error».',
  remedy:
    'Build it with a builder that writes architecture and os, or set them: docker import --platform, buildah config --arch.',
  peers: [],
  check({ image }, { report }) {
    if (isPlainDirectory(image.analysis.image)) return;
    const { os, architecture } = image.analysis.image.configuration.platform;
    const missing = [os === '' ? 'os' : '', architecture === '' ? 'architecture' : ''].filter((name) => name !== '');
    if (missing.length > 0)
      report({ ...placeOfImage(image), message: `The configuration has no ${missing.join(' and no ')}.` });
  },
});
