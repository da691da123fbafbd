import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { commandsOf, notedSteps, placeOfStep } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'A step of the image fetched package lists and installed nothing',
  why: 'The build cache keeps such a step: a later install works with the lists of the day on which it ran, and fails once their packages are gone.',
  remedy: 'Put apt-get update and apt-get install into one RUN.',
  peers: ['dockle:CIS-DI-0007'],
  check({ image }, { report }) {
    for (const step of notedSteps(image)) {
      const actions = commandsOf(image, step).flatMap((command) => {
        const read = readPackageCommand(command);
        return read?.tool === 'apt-get' || read?.tool === 'apt' ? [read.action] : [];
      });
      if (actions.includes('update-index') && actions.every((action) => action === 'update-index'))
        report({ ...placeOfStep(image, step), message: 'This step ran apt-get update and installed nothing.' });
    }
  },
});
