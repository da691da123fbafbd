import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { commandsOf, notedSteps, placeOfStep } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'A step of the image changed the release of the distribution',
  why: 'dist-upgrade may remove packages and move to another release, so the image is no longer the base that it names and no build is like the last.',
  remedy: 'Take a newer base image; for security updates alone use apt-get upgrade or the like.',
  peers: ['dockle:DKL-DI-0003'],
  check({ image }, { report }) {
    for (const step of notedSteps(image))
      if (commandsOf(image, step).some((command) => readPackageCommand(command)?.action === 'dist-upgrade'))
        report({ ...placeOfStep(image, step), message: 'This step upgraded the whole distribution.' });
  },
});
