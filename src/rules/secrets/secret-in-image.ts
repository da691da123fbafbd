import { findSecrets } from '../../dockerfile/find-secrets.ts';
import type { ImageSecret } from '../../image/image-analysis.ts';
import { type ImageStep, type InspectedImage, placeOfStep } from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'error',
  summary: 'A secret in the image',
  why: 'Whoever can pull the image has it, also from a layer whose files a later one deletes, and it stays in every copy.',
  remedy:
    'Make the secret void and issue a new one; then pass it to the build with RUN --mount=type=secret and to the container when it starts.',
  peers: ['dockle:CIS-DI-0010'],
  check({ image }, { report }) {
    for (const secret of image.analysis.secrets) {
      const { kind, certainty, hidden } = secret;
      const { step, where } = found(image, secret);
      const cause = secret.layer === undefined ? causeOf(image, step) : undefined;
      report({
        ...placeOfStep(image, step),
        message: `${capital(kind)} ${where}${hidden ? ', in a layer although a later one deletes it' : ''}.`,
        severity: certainty === 'certain' ? 'error' : 'warning',
        ...(cause && { cause }),
      });
    }
  },
});

/** The step that brought a secret, undefined where none is known, and where it is in words. */
function found(
  image: InspectedImage,
  { place, line, layer }: ImageSecret,
): { step: ImageStep | undefined; where: string } {
  if (layer !== undefined)
    return {
      step: image.steps.find((step) => step.layer === layer),
      where: `in /${place}${line === undefined ? '' : `:${line}`}`,
    };
  const noted = /^history (\d{1,5})$/.exec(place)?.[1];
  if (noted === undefined)
    return { step: settingStep(image, place), where: `in the configuration: ${place.replace(/^env /, 'variable ')}` };
  const entry = image.analysis.image.configuration.history[Number(noted)];
  return { step: image.steps.find((step) => entry !== undefined && step.entry === entry), where: 'in the history' };
}

/** The step that set a variable last. */
function settingStep(image: InspectedImage, place: string): ImageStep | undefined {
  const name = place.replace(/^env /, '');
  return image.steps.findLast(
    ({ instruction }) => instruction?.name === 'ENV' && instruction.pairs.some(({ key }) => key.value === name),
  );
}

/** Of the rule for Dockerfiles that says the same of the same line. */
function causeOf({ origin }: InspectedImage, step: ImageStep | undefined): string | undefined {
  const { written } = step ?? {};
  if (!origin || !written) return undefined;
  const secret = findSecrets(origin.dockerfile).find(
    ({ range }) => range.start >= written.range.start && range.end <= written.range.end,
  );
  return secret && `secret: ${secret.range.start}`;
}

function capital(text: string): string {
  return /^[aeiou]/i.test(text) ? `An ${text}` : `A ${text}`;
}
