import { packageUrl } from '../../ecosystems/purl.ts';
import type { ImageAnalysis, ImagePackage } from '../../image/image-analysis.ts';

/** What a list of an image's packages is written from. */
export interface SbomOptions {
  /** Of Plimsoll. */
  readonly version: string;
  /** When the list is made. */
  readonly now: Date;
  /** Seconds since 1970, as the environment gives them, instead of it (https://reproducible-builds.org/specs/source-date-epoch/). */
  readonly sourceDateEpoch?: string | undefined;
}

/** Packages in an order that is the same in every run. */
export function orderedPackages(analysis: ImageAnalysis): ImagePackage[] {
  return [...analysis.packages].sort(
    (a, b) => order(a.purl, b.purl) || order(a.path, b.path) || order(a.inside ?? '', b.inside ?? ''),
  );
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * When the document was made, which both formats ask for, whenever the image was: `2026-11-27T10:20:30Z`
 * (https://spdx.github.io/spdx-spec/v2.3/document-creation-information/#69-created-field, https://cyclonedx.org/docs/1.6/json/#metadata_timestamp).
 */
export function sbomDate({ now, sourceDateEpoch }: SbomOptions): string {
  const given = sourceDateEpoch !== undefined && /^\d{1,11}$/.test(sourceDateEpoch);
  return `${(given ? new Date(Number(sourceDateEpoch) * 1000) : now).toISOString().slice(0, 19)}Z`;
}

/** https://github.com/package-url/purl-spec/blob/main/types/oci-definition.json; undefined for what has no digest of a registry. */
export function imageUrl({ image }: ImageAnalysis): string | undefined {
  if (image.digest === undefined) return undefined;
  const repository = image.name.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const name = repository.slice(repository.lastIndexOf('/') + 1).toLowerCase();
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) return undefined;
  return packageUrl({
    type: 'oci',
    name,
    version: image.digest,
    qualifiers: {
      arch: image.configuration.platform.architecture,
      repository_url: repository.includes('/') ? repository : undefined,
    },
  });
}

/** Where a package stands: facts that both formats carry as properties or text. */
export function placeFacts(one: ImagePackage, { image }: ImageAnalysis): [name: string, value: string][] {
  const layer = image.layers[one.layer];
  const facts: [string, string | undefined][] = [
    ['path', one.path],
    ['inside', one.inside],
    ['layer', `${one.layer + 1}`],
    ['layer:digest', layer?.digest],
    ['layer:diffId', layer?.diffId],
    ['bytes', one.bytes?.toString()],
    ['source', one.source && `${one.source.name} ${one.source.version}`],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] satisfies [string, string]]));
}
