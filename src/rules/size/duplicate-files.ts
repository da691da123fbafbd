import { counted } from '../../project/image-files.ts';
import { placeOfLayer } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'note',
  summary: 'The same content several times in the image',
  why: 'Each copy is stored and pulled.',
  remedy: 'Keep one and link to it, or copy once into the stage that ships.',
  peers: [],
  options: { bytes: { description: 'Fewer bytes are not reported', default: 1_000_000 } },
  check({ image }, { report, option }) {
    for (const { kind, what, bytes, files, layers, paths } of image.analysis.waste) {
      if (kind !== 'duplicate' || bytes < option.number('bytes')) continue;
      report({
        ...placeOfLayer(image, layers[0]),
        message: `${counted(files, 'file')} with the content of others (${what}): ${paths
          .slice(0, 3)
          .map((path) => `/${path}`)
          .join(', ')}.`,
        cost: { bytes, basis: 'measured', derivation: 'content of all copies but the first of each, unpacked' },
      });
    }
  },
});
