import type { Finding, ImageClaim } from '../core/finding.ts';
import type { SuppressedFinding } from '../core/report.ts';
import type { ImageStep, InspectedImage } from '../project/inspected-image.ts';
import type { Project } from '../project/project.ts';
import { isRootUser } from '../project/stage-facts.ts';
import type { Sifted } from './suppress.ts';

/**
 * Takes out what a Dockerfile let expect of the image that it makes, and the images that it surely made show not to be so: all of those of that stage,
 * and there is one. An image that is older than the file, or whose age nobody knows, shows nothing.
 */
export function siftRefuted(project: Project, findings: readonly Finding[]): Sifted {
  const kept: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const reason = finding.claim && refutation(finding, finding.claim, project.images ?? []);
    if (reason === undefined) kept.push(finding);
    else suppressed.push({ finding, by: 'image', reason });
  }
  return { kept, suppressed };
}

function refutation(finding: Finding, claim: ImageClaim, images: readonly InspectedImage[]): string | undefined {
  const { path, range } = finding.locations[0];
  if (range === undefined) return undefined;
  const made = images.filter((image) => image.origin?.dockerfile.path === path && isFrom(image, claim, range.start));
  const reasons = made.map((image) => disproof(image, claim, range.start));
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}

/** Whether a finding is of what the image was made by: of a layer the step itself, else the stage that ships. */
function isFrom(image: InspectedImage, { kind }: ImageClaim, at: number): boolean {
  if (kind === 'layer holds') return stepAt(image, at) !== undefined;
  return image.origin !== undefined && stageHolds(image.origin, at);
}

/** A step that stands in the file as it ran: that of an exec form or a here-document is noted in other words, so that the file may have changed since. */
function stepAt({ steps }: InspectedImage, at: number): ImageStep | undefined {
  return steps.find(
    ({ written }) =>
      written?.name === 'RUN' &&
      at >= written.range.start &&
      at < written.range.end &&
      written.command.form === 'shell' &&
      written.heredocs.length === 0,
  );
}

function stageHolds({ dockerfile, stage }: NonNullable<InspectedImage['origin']>, at: number): boolean {
  const begins = stage.from?.range.start ?? 0;
  const next = dockerfile.stages.flatMap(({ from }) => (from && from.range.start > begins ? from.range.start : []));
  return at >= begins && at < Math.min(...next, Number.POSITIVE_INFINITY);
}

/** How an image shows that something is not so; undefined where it does not. */
function disproof(image: InspectedImage, claim: ImageClaim, at: number): string | undefined {
  if (image.isOlderThanOrigin) return undefined;
  const { configuration } = image.analysis.image;
  switch (claim.kind) {
    case 'runs as root': {
      const [user = ''] = configuration.user.split(':', 1);
      return isOtherUser(image, user) ? `${image.path} runs as ${user}.` : undefined;
    }
    case 'no health check': {
      const [first] = configuration.healthcheck ?? [];
      return first !== undefined && first !== 'NONE' ? `${image.path} has a health check.` : undefined;
    }
    case 'no label': {
      // With a step that is not of the file it was made on something else, whose label it may be.
      if (image.steps.some(({ written }) => written === undefined)) return undefined;
      const label = [...configuration.labels.keys()].find((key) => claim.keys.includes(key));
      return label === undefined ? undefined : `${image.path} has the label ${label}.`;
    }
    case 'layer holds': {
      const layer = stepAt(image, at)?.layer;
      return layer !== undefined && isEmptyBelow(image, layer, claim.path)
        ? `${image.path} holds nothing of this step in ${claim.path}.`
        : undefined;
    }
  }
}

/** The number of the account of that name, as runtimes look it up, or the number itself. Accounts of one name with different numbers tell nothing. */
function isOtherUser({ analysis }: InspectedImage, user: string): boolean {
  if (user === '' || isRootUser(user)) return false;
  const named = analysis.accounts?.filter(({ name }) => name === user) ?? [];
  return named.length > 0 ? named.every((account) => account.user !== 0) : /^\d+$/.test(user);
}

/** A path below `~` may be in any home. Where something was not read, nothing is sure. */
function isEmptyBelow({ analysis }: InspectedImage, layer: number, path: string): boolean {
  if (analysis.gaps.length > 0 || !analysis.filesAt) return false;
  const isHome = path.startsWith('~/');
  const below = `${path.replace(/^[~/]+|\/+$/g, '')}/`;
  const lies = (name: string) => (isHome ? `/${name}`.includes(`/${below}`) : name.startsWith(below));
  for (const { file, state } of analysis.filesAt(layer))
    if ((state === 'added' || state === 'changed') && file.bytes > 0 && lies(file.path)) return false;
  return true;
}
