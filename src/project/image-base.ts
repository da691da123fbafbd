import { UserError } from '../core/errors.ts';
import type { Image } from '../image/image.ts';
import type { Vulnerability } from '../vulnerabilities/vulnerability.ts';
import type { ImageOrigin } from './match-history.ts';
import { externalBase } from './stage-facts.ts';

/** Another base that an image could stand on, as it was looked into. */
export interface OtherBase {
  readonly name: string;
  readonly system: string | undefined;
  /** Undefined where nobody could look for all of them: `gaps` say why. */
  readonly vulnerabilities: readonly Vulnerability[] | undefined;
  readonly gaps: readonly string[];
}

/** The image that an image was built on, as far as it is known. */
export interface ImageBase {
  readonly name: string | undefined;
  readonly digest: string | undefined;
  /** Who names it. A label may be the base's own: images inherit them. */
  readonly namedBy: 'user' | 'annotation' | 'label' | 'dockerfile' | undefined;
  /** How many of the lowest layers are its. Undefined: nobody tells. */
  readonly layers: number | undefined;
  /** What tells where it ends: its own layers, the Dockerfile that surely made the image, or a guess by the history. */
  readonly endsBy: 'layers' | 'dockerfile' | 'history' | undefined;
  readonly other: OtherBase | undefined;
}

/** Bases that the user names and that were opened. */
export interface NamedBases {
  /** What the image stands on. */
  readonly own?: Image;
  readonly other?: OtherBase;
}

interface Step {
  readonly layer: number | undefined;
  /** As a Dockerfile would say it. */
  readonly text: string;
}

/**
 * What an image was built on: what the user names, else what annotations (https://github.com/opencontainers/image-spec/blob/main/annotations.md) or
 * labels name; its end by its own layers, the Dockerfile, or the history.
 * @throws UserError where the base that the user names is none of the image's
 */
export function baseOf(
  image: Image,
  steps: readonly Step[],
  origin: ImageOrigin | undefined,
  bases: NamedBases,
): ImageBase {
  const { other } = bases;
  if (bases.own) {
    const { name, reference, digest } = bases.own;
    return {
      name: reference ?? name,
      digest,
      namedBy: 'user',
      layers: layersOf(image, bases.own),
      endsBy: 'layers',
      other,
    };
  }
  return { ...nameOf(image, origin), ...endOf(steps, origin), other };
}

function layersOf(image: Image, base: Image): number {
  const [own, below] = [image.configuration.diffIds, base.configuration.diffIds];
  const differs = below.findIndex((diffId, index) => own[index] !== diffId);
  if (below.length > 0 && differs === -1) return below.length;
  const same = differs === -1 ? 0 : differs;
  throw new UserError(`${image.name} does not stand on ${base.name}: ${same} of its ${below.length} layers are there`, {
    remedy:
      'Name the base as it was when the image was built, by its digest; one that it could stand on is --compare-base.',
  });
}

function nameOf(
  { annotations, configuration: { labels } }: Image,
  origin: ImageOrigin | undefined,
): Pick<ImageBase, 'name' | 'digest' | 'namedBy'> {
  const said = (of: ReadonlyMap<string, string>) => ({
    name: of.get('org.opencontainers.image.base.name') || undefined,
    digest: of.get('org.opencontainers.image.base.digest') || undefined,
  });
  const annotated = said(annotations);
  if (annotated.name ?? annotated.digest) return { ...annotated, namedBy: 'annotation' };
  const from = origin && externalBase(origin.stage);
  if (from?.kind === 'image' && from.complete)
    return { name: from.reference, digest: undefined, namedBy: 'dockerfile' };
  const labelled = said(labels);
  if (labelled.name ?? labelled.digest) return { ...labelled, namedBy: 'label' };
  return { name: undefined, digest: undefined, namedBy: undefined };
}

function endOf(steps: readonly Step[], origin: ImageOrigin | undefined): Pick<ImageBase, 'layers' | 'endsBy'> {
  const layersIn = (some: readonly Step[]) => some.filter(({ layer }) => layer !== undefined).length;
  if (origin) {
    const first = Math.min(...origin.instructions.keys());
    return { layers: layersIn(steps.slice(0, first)), endsBy: 'dockerfile' };
  }
  // Base images end with what they start: a CMD (or ENTRYPOINT) that a layer follows was not written for this image. Trivy guesses so, too.
  const last = steps.findLastIndex(({ layer }) => layer !== undefined);
  const own = steps.slice(0, Math.max(0, last));
  const end = own.findLastIndex(({ layer, text }) => layer === undefined && text.startsWith('CMD '));
  if (end === -1) return { layers: undefined, endsBy: undefined };
  return { layers: layersIn(steps.slice(0, end + 1)), endsBy: 'history' };
}

/** Whether a layer is the base's; undefined where nobody tells. */
export function isOfBase({ layers }: ImageBase, layer: number | undefined): boolean | undefined {
  return layers === undefined || layer === undefined ? undefined : layer < layers;
}

/** What is told of vulnerabilities when another base is taken. */
export interface BaseChange {
  /** Whether a vulnerability of a package that the base brings is none of the other base's. */
  goes(vulnerability: Vulnerability): boolean;
  /** What the image does not have yet, each once. */
  readonly come: readonly Vulnerability[];
}

/**
 * Holds another base against the image. Counted with care: what any package of the other base has does not go away, nor what only another scanner found,
 * as nobody asked that one about the other base. Undefined where it cannot be told.
 */
export function baseChange(base: ImageBase, vulnerabilities: readonly Vulnerability[]): BaseChange | undefined {
  const others = base.other?.vulnerabilities;
  if (others === undefined || base.layers === undefined) return undefined;
  const [here, there] = [idsOf(vulnerabilities), idsOf(others)];
  const come = new Map(
    others.filter((each) => !namesOf(each).some((id) => here.has(id))).map((each) => [each.id, each]),
  );
  return {
    goes: (each) => each.sources.includes('plimsoll') && !namesOf(each).some((id) => there.has(id)),
    come: [...come.values()],
  };
}

function idsOf(vulnerabilities: readonly Vulnerability[]): ReadonlySet<string> {
  return new Set(vulnerabilities.flatMap(namesOf));
}

function namesOf({ id, aliases }: Vulnerability): readonly string[] {
  return [id, ...aliases];
}
