import { UserError } from '../core/errors.ts';
import { compareCodes } from '../core/natural-order.ts';
import { type Statement, statementIn } from '../ecosystems/in-toto.ts';
import type { InstalledPackage, PackageKind } from '../ecosystems/installed-package.ts';
import { isProvenance, type Provenance, provenanceIn } from '../ecosystems/provenance.ts';
import { documentOf, type ReadSbom, sbomIn } from '../ecosystems/read-sbom.ts';
import type { Attachment } from './attachment.ts';

export type AttachmentKind = 'sbom' | 'provenance' | 'attestation' | 'signature' | 'other';

export interface PackageName {
  readonly kind: PackageKind;
  readonly name: string;
  readonly version: string;
}

/** A list of packages that was attached, held against those that were found. */
export interface AttachedSbom {
  readonly format: ReadSbom['format'];
  readonly packages: number;
  /** Entries without a package URL of a known kind: they were not compared. */
  readonly unknown: number;
  /** In the list, and not found in the image. */
  readonly onlyListed: readonly PackageName[];
  /** Found in the image, and not in the list. */
  readonly onlyFound: readonly PackageName[];
  /** The document itself, as JSON says it; undefined where it was not asked for. */
  readonly document: unknown;
}

/** What is attached to an image, read. That somebody says so is all that is known: signatures are not verified. */
export interface ReadAttachment {
  readonly attachment: Attachment;
  readonly kind: AttachmentKind;
  /** The type that says most: of the predicate, of the artifact, of the document. */
  readonly type: string;
  /** Whether it names this image; undefined where it names none. */
  readonly ofThisImage: boolean | undefined;
  readonly sbom: AttachedSbom | undefined;
  readonly provenance: Provenance | undefined;
  /** Why it was not read; undefined for what was, and for what is only named. */
  readonly problem: string | undefined;
}

/** Media types have at most 255 characters, and addresses of predicates are no longer. */
const longestType = 255;

/** Of all documents of one image together. */
const maximumBytes = 64 * 1024 * 1024;

/**
 * Reads lists of packages and attestations; signatures and what else there is are only named. One document is held in memory at a time, but for
 * those that are kept.
 * @param digests of the image's manifest and its index
 * @param packages that were found in the image
 * @param keep the documents that are lists of packages
 */
export async function readAttachments(
  attachments: readonly Attachment[],
  digests: readonly string[],
  packages: readonly InstalledPackage[],
  keep: boolean,
): Promise<readonly ReadAttachment[]> {
  const read: ReadAttachment[] = [];
  let left = maximumBytes;
  for (const attachment of attachments) {
    const { bytes } = attachment;
    const named = namedOnly(attachment);
    if (!isDocument(attachment)) read.push(named);
    else if (bytes > left)
      read.push({ ...named, problem: `All documents together have more than ${maximumBytes} bytes.` });
    else {
      left -= bytes;
      read.push(await readOne(named, digests, packages, keep));
    }
  }
  return read;
}

async function readOne(
  named: ReadAttachment,
  digests: readonly string[],
  packages: readonly InstalledPackage[],
  keep: boolean,
): Promise<ReadAttachment> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(await named.attachment.read()).toString('utf8'));
  } catch (error) {
    if (error instanceof UserError) return { ...named, problem: error.message };
    return { ...named, problem: 'This is no valid JSON.' };
  }
  const statement = statementIn(value);
  const document = statement ? documentOf(statement) : value;
  const sbom = sbomIn(document, '', []);
  const provenance = statement && provenanceIn(statement);
  const known = statement ? { kind: kindOfStatement(statement), type: statement.predicateType } : named;
  return {
    ...named,
    kind: sbom ? 'sbom' : known.kind,
    type: known.type.slice(0, longestType),
    ofThisImage: statement?.subjects.length ? statement.subjects.some((each) => digests.includes(each)) : undefined,
    sbom: sbom && { ...compared(sbom, packages), document: keep ? document : undefined },
    provenance,
    problem: sbom || statement ? undefined : 'This is neither a list of packages nor an in-toto statement.',
  };
}

function kindOfStatement({ predicateType }: Statement): AttachmentKind {
  if (isProvenance(predicateType)) return 'provenance';
  return isSignature(predicateType) ? 'signature' : 'attestation';
}

function namedOnly(attachment: Attachment): ReadAttachment {
  const { predicateType, artifactType, mediaType } = attachment;
  const type = predicateType ?? (isGeneral(artifactType) ? mediaType : artifactType);
  const types = [predicateType ?? '', artifactType, mediaType];
  const kind = types.some(isSignature)
    ? 'signature'
    : types.some((each) => /spdx|cyclonedx/i.test(each))
      ? 'sbom'
      : types.some(isProvenance)
        ? 'provenance'
        : types.some((each) => /in-toto|dsse|sigstore\.bundle/.test(each))
          ? 'attestation'
          : 'other';
  const none = { ofThisImage: undefined, sbom: undefined, provenance: undefined, problem: undefined };
  return { attachment, kind, type: type.slice(0, longestType), ...none };
}

/** What says of a document only that it is attached. */
function isGeneral(artifactType: string): boolean {
  return artifactType === '' || artifactType === 'application/vnd.docker.attestation.manifest.v1+json';
}

/** Of cosign, of Sigstore's bundles with a signature alone, of Notary. */
function isSignature(type: string): boolean {
  return /simplesigning|cosign\/sign\/|cosign\.artifact\.sig|cncf\.notary\.signature/.test(type);
}

function isDocument({ mediaType, predicateType, artifactType }: Attachment): boolean {
  const isJson = /\bjson\b/.test(mediaType) && !/simplesigning/.test(mediaType);
  return (
    isJson && ![artifactType, predicateType ?? ''].some((type) => /cncf\.notary/.test(type)) && !/jose/.test(mediaType)
  );
}

function compared(
  { format, packages: listed, unknown }: ReadSbom,
  packages: readonly InstalledPackage[],
): Omit<AttachedSbom, 'document'> {
  const [theirs, ours] = [byKey(listed), byKey(packages)];
  return {
    format,
    packages: listed.length,
    unknown,
    onlyListed: [...theirs].flatMap(([key, each]) => (ours.has(key) ? [] : [each])),
    onlyFound: [...ours].flatMap(([key, each]) => (theirs.has(key) ? [] : [each])),
  };
}

/** By name as its ecosystem tells names apart, in the order of names. */
function byKey(packages: readonly InstalledPackage[]): Map<string, PackageName> {
  const entries = packages.map(({ kind, name, version }): [string, PackageName] => [
    `${kind}\0${plainName(kind, name)}\0${kind === 'golang' ? version.replace(/^v/, '') : version}`,
    { kind, name, version },
  ]);
  return new Map(entries.sort(([one], [other]) => compareCodes(one, other)));
}

/** PyPI's names by https://packaging.python.org/en/latest/specifications/name-normalization/; those of NuGet, Composer and Go know no case. */
function plainName(kind: PackageKind, name: string): string {
  if (kind === 'pypi') return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
  return kind === 'nuget' || kind === 'composer' || kind === 'golang' ? name.toLowerCase() : name;
}
