import { isAllowedImage, patternFault } from '../../core/allowed-image.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import type { ImageBase } from '../../project/image-base.ts';
import { placeOfImage } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';
import { externalBase } from '../../project/stage-facts.ts';

export const rule = imageRule({
  severity: 'error',
  summary: 'An image whose base is not among those that are trusted',
  why: 'All that a base brings runs with the program. The organisation has said which ones somebody looks after; of others nobody knows who does.',
  remedy:
    'Build on a base that is trusted, and name it: --base, or the annotation org.opencontainers.image.base.name. A base that has been looked at belongs into the option allowed.',
  peers: [],
  options: {
    allowed: {
      description:
        'What an image may be built on: registries (`registry.example.com`, `*.example.com`), paths in them (`registry.example.com/base`) and names (`docker.io/library/debian`). Empty: the rule is off.',
      default: [],
      faultOf: patternFault,
    },
  },
  check({ image }, { report, option }) {
    const allowed = option.list('allowed');
    if (allowed.length === 0 || (image.origin && externalBase(image.origin.stage)?.kind === 'scratch')) return;
    const { name, namedBy } = image.base;
    const reference = parseImageReference(name ?? '');
    if (reference && isAllowedImage(reference, allowed)) return;
    report({
      ...placeOfImage(image),
      ...(name === undefined && { severity: 'warning' }),
      message:
        name === undefined
          ? 'The image does not say what it was built on: nobody can tell whether its base is trusted.'
          : `The image was built on ${name}, as ${teller(namedBy)} says, which is not among the trusted bases.`,
    });
  },
});

function teller(namedBy: ImageBase['namedBy']): string {
  switch (namedBy) {
    case 'user':
      return '--base';
    case 'annotation':
      return 'its annotation';
    case 'label':
      return 'a label, which may be of the base itself,';
    default:
      return 'the Dockerfile';
  }
}
