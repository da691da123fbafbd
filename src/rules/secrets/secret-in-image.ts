import { findSecrets } from '../../dockerfile/find-secrets.ts';
import type { ImageSecret } from '../../image/image-analysis.ts';
import {
  type ImageStep,
  type InspectedImage,
  placeOfLayer,
  placeOfStep,
  stepOfLayer,
} from '../../project/inspected-image.ts';
import { imageRule } from '../../project/rule.ts';

export const rule = imageRule({
  severity: 'error',
  summary: 'A secret in the image',
  why: 'Whoever can pull the image has it, also from a layer whose files a later one deletes, and it stays in every copy.',
  remedy:
    'Make the secret void and issue a new one; then pass it to the build with RUN --mount=type=secret and to the container when it starts.',
  peers: ['dockle:CIS-DI-0010'],
  check({ image }, { report }) {
    for (const secrets of together(image.analysis.secrets)) {
      const [secret] = secrets;
      if (secret === undefined) continue;
      const { kind, certainty, hidden } = secret;
      const { step, where } = found(image, secret);
      const cause = secret.layer === undefined ? causeOf(image, step) : undefined;
      report({
        ...(secret.layer === undefined ? placeOfStep(image, step) : placeOfLayer(image, secret.layer)),
        message: `${withArticle(kind)} ${where ?? inFiles(secrets)}${hidden ? ', in a layer although a later one deletes or replaces it' : ''}.`,
        ...(secrets.every(isMadeByPackage) && { remedy: madeByPackage }),
        severity: certainty === 'certain' ? 'error' : 'warning',
        ...(cause && { cause }),
      });
    }
  },
});

/** Keys that a package makes when it is installed: every container of the image has the same. */
function isMadeByPackage({ place }: ImageSecret): boolean {
  return /^etc\/(?:ssh\/ssh_host_\w+_key|ssl\/private\/ssl-cert-snakeoil\.key)$/.test(place);
}

const madeByPackage =
  'Delete them in the step that installs the package, and make them when the container starts (ssh-keygen -A, make-ssl-cert): who has the image can pretend to be each of its containers.';

/** One cause, one finding: those of one kind in files of one layer belong together. */
function together(secrets: readonly ImageSecret[]): readonly (readonly ImageSecret[])[] {
  const groups = new Map<string, ImageSecret[]>();
  for (const [at, secret] of secrets.entries()) {
    const { kind, certainty, layer, hidden } = secret;
    const key = layer === undefined ? String(at) : JSON.stringify([kind, certainty, layer, hidden]);
    const group = groups.get(key);
    if (group) group.push(secret);
    else groups.set(key, [secret]);
  }
  return [...groups.values()];
}

const namedPlaces = 5;

/** `in /a:1`, `in /a:1, /a:7`, `in each of 9 files: /a:1, /b …`. */
function inFiles(secrets: readonly ImageSecret[]): string {
  const files = new Set(secrets.map(({ place }) => place)).size;
  const places = secrets
    .slice(0, namedPlaces)
    .map(({ place, line }) => `/${place}${line === undefined ? '' : `:${line}`}`)
    .join(', ');
  return `in ${files > 1 ? `each of ${files} files: ` : ''}${places}${secrets.length > namedPlaces ? ' …' : ''}`;
}

/** The step that brought a secret, undefined where none is known, and where it is in words, unless that is in files. */
function found(
  image: InspectedImage,
  { place, layer }: ImageSecret,
): { step: ImageStep | undefined; where: string | undefined } {
  if (layer !== undefined) return { step: stepOfLayer(image, layer), where: undefined };
  const noted = /^history (\d{1,5})$/.exec(place)?.[1];
  if (noted === undefined)
    return { step: settingStep(image, place), where: `in the configuration: ${place.replace(/^env /, 'variable ')}` };
  const entry = image.analysis.image.configuration.history[Number(noted)];
  return { step: image.steps.find((step) => entry !== undefined && step.entry === entry), where: 'in the history' };
}

/** The step that set a variable, or the container's command, last. */
function settingStep(image: InspectedImage, place: string): ImageStep | undefined {
  if (/^[A-Z]+$/.test(place)) return image.steps.findLast(({ instruction }) => instruction?.name === place);
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

/** `A private key`, `An npm token`, `Kubernetes credentials`: as the word is said. */
function withArticle(kind: string): string {
  if (/\bcredentials$/.test(kind)) return `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`.replace(/^Npm/, 'npm');
  return /^(?:[aeio]|npm\b)/i.test(kind) ? `An ${kind}` : `A ${kind}`;
}
