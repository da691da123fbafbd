import type { AttachedSbom, PackageName, ReadAttachment } from '../image/read-attachments.ts';
import type { ImageView } from './image-view.ts';
import { bytesText, plural } from './internal/wording.ts';

export const attachmentsTitle = 'Attached (signatures are not verified)';

export const attachmentColumns = ['kind', 'size', 'digest', 'says'] as const;

/** What is attached to the image, a row each; empty where nothing is, or nobody can tell. */
export function attachmentRows({ attachments }: Pick<ImageView, 'attachments'>): string[][] {
  return (attachments ?? []).map((each) => {
    const { digest, bytes } = each.attachment;
    return [each.kind, bytesText(bytes), digest.slice(0, 'sha256:'.length + 12), attachmentSentence(each)];
  });
}

/** What it is and what it says, in one line. */
export function attachmentSentence({ type, sbom, provenance, ofThisImage, problem }: ReadAttachment): string {
  const parts = [
    ...(ofThisImage === false ? ['of another image, as it says'] : []),
    ...(sbom ? [`${sbom.format === 'spdx' ? 'SPDX' : 'CycloneDX'}, ${plural(sbom.packages, 'package')}`] : []),
    ...(sbom ? [differenceText(sbom.onlyListed, sbom.onlyFound)] : []),
    ...(provenance ? [provenanceText(provenance)] : []),
    ...(problem === undefined ? [] : [`not read: ${problem}`]),
  ];
  return parts.length === 0 || problem !== undefined ? [type, ...parts].join(': ') : parts.join('; ');
}

/** What `--sbom attested` says beside the list. */
export function attestedSentence({ packages, onlyListed, onlyFound }: AttachedSbom, digest: string): string {
  return `${plural(packages, 'package')} as attached (${digest}); ${differenceText(onlyListed, onlyFound)}`;
}

/** In what a list of packages differs from what was found. */
function differenceText(onlyListed: readonly PackageName[], onlyFound: readonly PackageName[]): string {
  if (onlyListed.length === 0 && onlyFound.length === 0) return 'the same that were found';
  return [
    ...(onlyListed.length > 0 ? [`${onlyListed.length} not found in the image (${someOf(onlyListed)})`] : []),
    ...(onlyFound.length > 0 ? [`${onlyFound.length} found that it lacks (${someOf(onlyFound)})`] : []),
  ].join(', ');
}

function someOf(packages: readonly PackageName[]): string {
  const names = packages.slice(0, 3).map(({ name, version }) => `${name} ${version}`);
  return packages.length > names.length ? `${names.join(', ')} …` : names.join(', ');
}

function provenanceText(provenance: NonNullable<ReadAttachment['provenance']>): string {
  const { builder, source, revision, finishedOn, startedOn, materials } = provenance;
  return [
    builder === undefined ? 'built by a builder without a name' : `built by ${builder}`,
    ...(source === undefined ? [] : [`from ${source}${revision === undefined ? '' : ` at ${revision}`}`]),
    ...(finishedOn === undefined && startedOn === undefined
      ? []
      : [`on ${(finishedOn ?? startedOn ?? '').slice(0, 10)}`]),
    materials.length === 0 ? 'of nothing that it names' : `of ${plural(materials.length, 'material')}`,
  ].join(' ');
}

/** As `schemas/image.schema.json` describes it. */
export function attachmentsJson({ attachments }: Pick<ImageView, 'attachments'>) {
  if (attachments === undefined) return null;
  return attachments.map(({ attachment, kind, type, ofThisImage, sbom, provenance, problem }) => ({
    kind,
    type,
    digest: attachment.digest,
    manifest: attachment.manifest,
    mediaType: attachment.mediaType,
    bytes: attachment.bytes,
    foundBy: attachment.foundBy,
    ofThisImage: ofThisImage ?? null,
    sbom: sbom
      ? {
          format: sbom.format,
          packages: sbom.packages,
          unknown: sbom.unknown,
          onlyListed: sbom.onlyListed,
          onlyFound: sbom.onlyFound,
        }
      : null,
    provenance: provenance
      ? {
          builder: provenance.builder ?? null,
          buildType: provenance.buildType ?? null,
          source: provenance.source ?? null,
          revision: provenance.revision ?? null,
          startedOn: provenance.startedOn ?? null,
          finishedOn: provenance.finishedOn ?? null,
          materials: provenance.materials.map(({ uri, digest }) => ({ uri, digest: digest ?? null })),
        }
      : null,
    problem: problem ?? null,
  }));
}
