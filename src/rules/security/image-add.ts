import { notedSteps, placeOfStep } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'note',
  summary: 'A step of the image is ADD',
  why: 'ADD fetches addresses and unpacks archives unasked, so that what it brings was perhaps never looked at.',
  remedy:
    'Use COPY for files of the build context; keep ADD for what is meant to be fetched, with a checksum, or unpacked.',
  peers: ['dockle:CIS-DI-0009'],
  check({ image }, { report }) {
    // The first step of a base image brings its root file system in by ADD.
    for (const [index, step] of notedSteps(image).entries())
      if (step.instruction?.name === 'ADD' && (index > 0 || step.ofBase === false))
        report({ ...placeOfStep(image, step), message: 'This step is ADD where COPY may do.' });
  },
});
