import { placeOfLast } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'error',
  summary: 'A volume over a directory of the kernel',
  why: 'A volume there covers what the kernel shows, or hands it to whoever mounts it.',
  remedy: 'Take the path out of VOLUME.',
  peers: ['dockle:DKL-DI-0002'],
  check({ image }, { report }) {
    for (const volume of image.analysis.image.configuration.volumes)
      if (/^\/(?:dev|proc|sys)\/?$/.test(volume))
        report({ ...placeOfLast(image, 'VOLUME'), message: `The image declares a volume at ${volume}.` });
  },
});
