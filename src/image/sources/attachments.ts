import { UserError } from '../../core/errors.ts';
import { fewAtOnce } from '../../core/few-at-once.ts';
import { type JsonObject, jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import type { Attachment, Attachments } from '../attachment.ts';
import { type BlobSource, type Descriptor, maximumDocumentBytes, type ReadBlob } from './blob-source.ts';
import { isDigest } from './digest.ts';
import { descriptorOf, type IndexEntry, isOfCosign } from './read-manifest.ts';

/** Of manifests, and of documents in one: nobody attaches more to an image. */
const most = 100;
/** A registry is asked several times, mostly for nothing; what it answers may be large. */
const atOnce = 8;

/**
 * What is attached to an image: BuildKit's attestations in its index (https://docs.docker.com/build/metadata/attestations/attestation-storage/), what
 * a registry or a layout has that refers to it, and what cosign keeps under tags. Nothing is verified but digests. Never rejects for what is missing or
 * wrong: that is a gap.
 * @param digests of the image's manifest and of the indexes that it was chosen from
 * @param entries of these indexes
 * @param beside entries of the list in which the image or its index stands: a layout's `index.json`
 */
export async function attachmentsOf(
  source: BlobSource,
  digests: readonly string[],
  entries: readonly IndexEntry[],
  beside: readonly IndexEntry[],
): Promise<Attachments> {
  const gaps: string[] = [];
  const tried = async (what: string, work: () => Promise<readonly Attachment[]>) => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      gaps.push(`${what}: ${error.message}`);
      return [];
    }
  };
  // A registry has no such list: nothing tells what else it holds.
  const isAlone = beside.length > 0 && beside.every(({ attachment, digest }) => attachment || digests.includes(digest));
  const groups = await allOf([
    ...inIndex(source, digests, [...entries, ...beside]).map(
      (entry) => () => tried(`Attachment ${entry.digest}`, () => ofIndex(source, digests, entry, isAlone)),
    ),
    ...digests.flatMap((digest) => [
      () => tried(`What refers to ${digest}`, () => referring(source, digest, tried)),
      ...['sig', 'att', 'sbom'].map(
        (kind) => () =>
          tried(`Tag of cosign for ${digest} (${kind})`, async () => {
            const blob = await source.tagged?.(`${digest.replace(':', '-')}.${kind}`);
            return blob ? documentsOf(readArtifact(blob, source), blob.digest, 'tag', source) : [];
          }),
      ),
    ]),
  ]);
  const found = new Map<string, Attachment>();
  for (const one of groups.flat()) if (!found.has(one.digest)) found.set(one.digest, one);
  return { found: [...found.values()].slice(0, most), gaps: gaps.slice(0, most).sort() };
}

/** The results of all, of which a few are under way at a time. */
async function allOf<Result>(work: readonly (() => Promise<Result>)[]): Promise<Result[]> {
  const results: Result[] = [];
  await fewAtOnce([...work.entries()], atOnce, async ([at, each]) => {
    results[at] = await each();
  });
  return results;
}

type Tried = (what: string, work: () => Promise<readonly Attachment[]>) => Promise<readonly Attachment[]>;

/** BuildKit names the manifest that it is about; of others their own manifests do. */
const reference = 'vnd.docker.reference.digest';

function inIndex(source: BlobSource, digests: readonly string[], entries: readonly IndexEntry[]): IndexEntry[] {
  const all = new Map(entries.map((entry) => [entry.digest, entry]));
  return [...all.values()]
    .filter(({ attachment, digest, annotations }) => {
      const of = annotations.get(reference);
      return attachment && source.has(digest) !== false && (of === undefined || digests.includes(of));
    })
    .slice(0, most);
}

async function ofIndex(
  source: BlobSource,
  digests: readonly string[],
  entry: IndexEntry,
  isAlone: boolean,
): Promise<readonly Attachment[]> {
  const artifact = readArtifact(await source.manifest(entry), source);
  // `cosign save` names no image: there is but one in its layouts.
  const isSaved = isAlone && isOfCosign(entry);
  const isOurs = isSaved || entry.annotations.has(reference) || digests.includes(artifact.subject);
  return isOurs ? documentsOf(artifact, entry.digest, 'index', source) : [];
}

async function referring(source: BlobSource, digest: string, tried: Tried): Promise<readonly Attachment[]> {
  const entries = (await source.referrers?.(digest)) ?? [];
  const groups = entries
    .slice(0, most)
    .map(
      (entry) => () =>
        tried(`Attachment ${entry.digest}`, async () =>
          documentsOf(readArtifact(await source.manifest(entry), source), entry.digest, 'referrers', source),
        ),
    );
  return (await allOf(groups)).flat();
}

interface Artifact {
  readonly type: string;
  /** Digest of what it refers to; empty where it refers to nothing. */
  readonly subject: string;
  readonly documents: readonly Descriptor[];
}

/** A manifest that need not be an image's (https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage). */
function readArtifact({ bytes, digest }: ReadBlob, source: BlobSource): Artifact {
  const where = `${source.place}, ${digest}`;
  const object = parseJsonObject(bytes.toString('utf8'));
  // `blobs` of ORAS before OCI 1.1.
  const documents = object?.layers ?? object?.blobs;
  if (object === undefined || !Array.isArray(documents))
    throw new UserError('This is no manifest.', { where: printable(where) });
  return {
    type: artifactType(object),
    subject: subjectOf(object),
    documents: documents.slice(0, most).map((each: unknown) => descriptorOf(jsonObjectOf(each), where)),
  };
}

/** By the specification of the configuration, where nothing else is said. */
function artifactType({ artifactType: said, config }: JsonObject): string {
  if (typeof said === 'string') return said;
  const { mediaType } = jsonObjectOf(config);
  return typeof mediaType === 'string' && !/empty|image/.test(mediaType) ? mediaType : '';
}

function subjectOf({ subject }: JsonObject): string {
  const { digest } = jsonObjectOf(subject);
  return isDigest(digest) ? digest : '';
}

function documentsOf(
  { documents, type }: Artifact,
  manifest: string,
  foundBy: Attachment['foundBy'],
  source: BlobSource,
): Attachment[] {
  return documents.map((document) => {
    const { digest, mediaType, bytes, annotations } = document;
    const predicateType = predicateKeys.map((key) => annotations.get(key)).find((value) => value !== undefined);
    return {
      digest,
      manifest,
      mediaType,
      artifactType: type,
      predicateType,
      bytes,
      foundBy,
      async read() {
        if (bytes <= maximumDocumentBytes) return (await source.document(document)).bytes;
        throw new UserError(`This document has ${bytes} bytes; at most ${maximumDocumentBytes} are read.`);
      },
    };
  });
}

/** Of BuildKit, cosign and Sigstore's bundles. */
const predicateKeys = ['in-toto.io/predicate-type', 'predicateType', 'dev.sigstore.bundle.predicateType'];
