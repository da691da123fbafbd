import { isPlainDirectory } from '../../image/image.ts';
import { placeOfImage, placeOfLast, placeOfStep } from '../../project/inspected-image.ts';
import { startsAndDrops } from '../../project/programs-that-drop.ts';
import { imageRule } from '../../project/rule.ts';
import { finalUser, isRootUser } from '../../project/stage-facts.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'A container of this image runs as root',
  why: 'Who breaks into the program is root in the container, and one fault of the kernel or one mount away from root on the host.',
  remedy: 'End the Dockerfile with USER and a number, and give that user the files that the program writes.',
  peers: ['dockle:CIS-DI-0001'],
  check({ image }, { report }) {
    if (isPlainDirectory(image.analysis.image)) return;
    const { user, entrypoint = [], command = [] } = image.analysis.image.configuration;
    const name = user.split(':', 1)[0] ?? '';
    if (name !== '' && !isRootUser(name)) return;
    const drops = startsAndDrops([...entrypoint, ...command]);
    const { origin } = image;
    const written = origin && (finalUser(origin.dockerfile, origin.stage).instruction ?? origin.stage.from);
    const noted = image.steps.findLast((step) => step.instruction?.name === 'USER');
    const place =
      written && origin ? placeOfImage(image) : noted ? placeOfStep(image, noted) : placeOfLast(image, 'CMD');
    report({
      ...place,
      ...(written && origin && { at: { path: origin.dockerfile.path, range: written.range } }),
      message: drops
        ? 'The image starts as root, with a program that gives root up by itself.'
        : `The image ${name === '' ? 'sets no user' : `sets the user ${name}`}, so its containers run as root.`,
      severity: drops ? 'note' : 'warning',
      ...(written && { cause: `runs as root: ${written.line}` }),
    });
  },
});
