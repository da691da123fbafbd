import { counted } from '../../project/image-files.ts';
import { placeOfStep } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'warning',
  summary: 'A step hides what earlier layers hold',
  why: 'The bytes are still stored and pulled with the image: a layer can hide the files of those below it and not remove them.',
  remedy:
    'Change or delete the files in the step that makes them: COPY --chown and --chmod, cleaning in the same RUN, or a stage that hands on only the result.',
  peers: [],
  options: { bytes: { description: 'Fewer hidden bytes are not reported', default: 1_000_000 } },
  check({ image }, { report, option }) {
    for (const [index, { removed }] of image.analysis.layers.entries()) {
      if (removed.bytes < option.number('bytes')) continue;
      const step = image.steps.find(({ layer }) => layer === index);
      if (step?.ofBase === true) continue;
      report({
        ...placeOfStep(image, step),
        message: `This step deletes or replaces ${counted(removed.files, 'file')} of earlier layers, which stay in the image.`,
        cost: {
          bytes: removed.bytes,
          basis: 'measured',
          derivation: `content of the files in layers below layer ${index + 1} that it takes away or replaces, unpacked`,
        },
        ...(step?.written && { cause: `hides: ${step.written.range.start}` }),
      });
    }
  },
});
