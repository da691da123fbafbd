import { isPlainDirectory } from '../../image/image.ts';
import { placeOfImage } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'Kubernetes does not look at HEALTHCHECK: its probes are set in the manifest, and most images run there.',
  summary: 'The image has no HEALTHCHECK',
  why: 'Docker and Compose cannot tell a container that hangs from one that works.',
  remedy: 'Add HEALTHCHECK with a request that fails when the program cannot do its work.',
  peers: ['dockle:CIS-DI-0006'],
  check({ image }, { report }) {
    if (isPlainDirectory(image.analysis.image)) return;
    const check = image.analysis.image.configuration.healthcheck;
    if (check === undefined || check.length === 0 || check[0] === 'NONE')
      report({
        ...placeOfImage(image),
        message: `The image ${check?.[0] === 'NONE' ? 'switches its HEALTHCHECK off' : 'has no HEALTHCHECK'}.`,
        peers: check === undefined ? ['dockle:CIS-DI-0006'] : [],
      });
  },
});
