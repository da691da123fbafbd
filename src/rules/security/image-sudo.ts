import { commandsOf, notedSteps, placeOfStep } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'A step of the image ran sudo',
  why: 'A build step runs as root already or should not become root, and sudo in the image lets whoever breaks in try to become it.',
  remedy: 'Drop sudo from the step, or put USER root before it and switch back after it.',
  peers: ['dockle:DKL-DI-0001'],
  check({ image }, { report }) {
    for (const step of notedSteps(image))
      if (commandsOf(image, step).some(({ name, wrappers }) => name === 'sudo' || wrappers.includes('sudo')))
        report({ ...placeOfStep(image, step), message: 'This step ran sudo.' });
  },
});
