import { type InspectedImage, placeOfImage, placeOfLayer, placeOfStep } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'error',
  summary: 'A secret in the image',
  why: 'Whoever can pull the image has it, also from a layer whose files a later one deletes, and it stays in every copy.',
  remedy:
    'Make the secret void and issue a new one; then pass it to the build with RUN --mount=type=secret and to the container when it starts.',
  peers: ['dockle:CIS-DI-0010'],
  check({ image }, { report }) {
    for (const { kind, certainty, place, line, layer, hidden } of image.analysis.secrets) {
      const step = /^history (\d{1,5})$/.exec(place)?.[1];
      const where =
        layer !== undefined
          ? `in /${place}${line === undefined ? '' : `:${line}`}`
          : step === undefined
            ? `in the configuration: ${place.replace(/^env /, 'variable ')}`
            : 'in the history';
      report({
        ...(layer !== undefined
          ? placeOfLayer(image, layer)
          : step === undefined
            ? placeOfVariable(image, place)
            : placeOfHistory(image, Number(step))),
        message: `${capital(kind)} ${where}${hidden ? ', in a layer although a later one deletes it' : ''}.`,
        severity: certainty === 'certain' ? 'error' : 'warning',
      });
    }
  },
});

function placeOfHistory(image: InspectedImage, index: number) {
  const entry = image.analysis.image.configuration.history[index];
  return placeOfStep(image, entry && image.steps.find((step) => step.entry === entry));
}

/** The step that set a variable last. */
function placeOfVariable(image: InspectedImage, place: string) {
  const name = place.replace(/^env /, '');
  const step = image.steps.findLast(
    ({ instruction }) => instruction?.name === 'ENV' && instruction.pairs.some(({ key }) => key.value === name),
  );
  return step ? placeOfStep(image, step) : placeOfImage(image);
}

function capital(text: string): string {
  return /^[aeiou]/i.test(text) ? `An ${text}` : `A ${text}`;
}
