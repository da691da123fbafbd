import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { parseImageReference } from '../../src/core/image-reference.ts';
import type { InstalledPackage } from '../../src/ecosystems/installed-package.ts';
import { readAttachments } from '../../src/image/read-attachments.ts';
import { attachmentsOf } from '../../src/image/sources/attachments.ts';
import type { BlobSource } from '../../src/image/sources/blob-source.ts';
import { openImage } from '../../src/image/sources/open-image.ts';
import { blobsOfRegistry } from '../../src/image/sources/registry.ts';
import { attachmentSentence } from '../../src/report/attachment-view.ts';
import { layoutFiles, type TestDescriptor, testBlobs, types, writeFiles } from './image-blobs.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-attachments-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const inToto = 'application/vnd.in-toto+json';
const bundle = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** As BuildKit 0.32 wrote it, for a build from a Git repository, shortened. */
const slsa1 = {
  _type: 'https://in-toto.io/Statement/v1',
  predicateType: 'https://slsa.dev/provenance/v1',
  subject: [],
  predicate: {
    buildDefinition: {
      buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
      externalParameters: { configSource: {}, request: { frontend: 'dockerfile.v0' } },
      resolvedDependencies: [
        { uri: 'pkg:docker/debian@bookworm?platform=linux%2Famd64', digest: { sha256: 'a'.repeat(64) } },
      ],
    },
    runDetails: {
      builder: { id: '' },
      metadata: {
        startedOn: '2026-11-27T18:35:45.825781702Z',
        finishedOn: '2026-11-27T18:35:47.137879484Z',
        buildkit_metadata: { vcs: { source: 'https://example.com/shop.git', revision: 'abc123' } },
      },
    },
  },
};
const slsa02 = {
  _type: 'https://in-toto.io/Statement/v0.1',
  predicateType: 'https://slsa.dev/provenance/v0.2',
  predicate: {
    builder: { id: 'https://ci.example.com/1' },
    invocation: { configSource: { uri: 'git+https://example.com/shop', digest: { sha1: 'def456' } } },
    metadata: { buildFinishedOn: '2025-01-02T03:04:05Z' },
    materials: [{ uri: 'a' }, { uri: 'b', digest: { sha256: 'c' } }, { no: 'uri' }],
  },
};
const purls = ['pkg:npm/left-pad@1.3.0', 'pkg:pypi/zope.interface@6.0', 'pkg:npm/gone@1.0.0'];
const cycloneDx = {
  bomFormat: 'CycloneDX',
  components: purls.map((purl) => ({ type: 'library', name: purl, purl })),
};
const envelope = (statement: object) => ({
  payloadType: inToto,
  payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
  signatures: [],
});
const found: InstalledPackage[] = (
  [
    ['npm', 'left-pad', '1.3.0'],
    ['pypi', 'zope-interface', '6.0'],
    ['npm', 'new', '2.0.0'],
  ] as const
).map(([kind, name, version]) => ({ kind, name, version, purl: '', licences: [], path: name }));

type Blobs = ReturnType<typeof testBlobs>;

/** A layout of an index with an image and what is attached to it. */
async function attachedTo(attach: (blobs: Blobs, image: TestDescriptor) => readonly object[]) {
  const blobs = testBlobs();
  const image = blobs.image('web');
  const index = blobs.add(types.index, { schemaVersion: 2, manifests: [image, ...attach(blobs, image)] });
  const directory = writeFiles(mkdtempSync(path.join(scratch, 'layout-')), layoutFiles(blobs.blobs, [index]));
  const opened = await openImage(`oci:${directory}`, {
    environment: {},
    platform: { os: 'linux', architecture: 'amd64' },
  });
  const { found: attachments = [], gaps = [] } = (await opened.attachments?.()) ?? {};
  const digests = [opened.digest ?? '', opened.indexDigest ?? ''];
  return { attachments, gaps, read: await readAttachments(attachments, digests, found, false), image };
}

const ofBuildKit = (image: TestDescriptor) => ({
  platform: { os: 'unknown', architecture: 'unknown' },
  annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': image.digest },
});

function manifestOf(blobs: Blobs, layers: readonly object[], more: object = {}, inIndex: object = {}): TestDescriptor {
  const config = blobs.add('application/vnd.oci.empty.v1+json', {});
  return blobs.add(types.manifest, { schemaVersion: 2, mediaType: types.manifest, config, layers, ...more }, inIndex);
}

/** One document in an attestation manifest of BuildKit. */
function attested(document: object | Buffer, mediaType = inToto) {
  return attachedTo((blobs, image) => [manifestOf(blobs, [blobs.add(mediaType, document)], {}, ofBuildKit(image))]);
}

describe('what is attached to an image', () => {
  it.each<[string, object, string, string, string]>([
    [
      'provenance of SLSA 1',
      slsa1,
      inToto,
      'provenance',
      'built by a builder without a name from https://example.com/shop.git at abc123 on 2026-11-27 of 1 material',
    ],
    [
      'provenance of SLSA 0.2',
      slsa02,
      inToto,
      'provenance',
      'built by https://ci.example.com/1 from git+https://example.com/shop at def456 on 2025-01-02 of 2 materials',
    ],
    [
      'a list of packages in a statement',
      { predicateType: 'https://cyclonedx.org/bom', predicate: cycloneDx },
      inToto,
      'sbom',
      'CycloneDX, 3 packages; 1 not found in the image (gone 1.0.0), 1 found that it lacks (new 2.0.0)',
    ],
    [
      'a statement in a DSSE envelope',
      envelope({ predicateType: 'https://cyclonedx.org/bom', predicate: { ...cycloneDx, components: [] } }),
      'application/vnd.dsse.envelope.v1+json',
      'sbom',
      'CycloneDX, 0 packages; 3 found that it lacks (left-pad 1.3.0, new 2.0.0, zope-interface 6.0)',
    ],
    [
      'a statement in a bundle of Sigstore',
      { mediaType: bundle, dsseEnvelope: envelope(slsa02) },
      bundle,
      'provenance',
      'built by https://ci.example.com/1 from git+https://example.com/shop at def456 on 2025-01-02 of 2 materials',
    ],
    [
      'a document without a statement',
      { spdxVersion: 'SPDX-2.3', packages: [] },
      'application/spdx+json',
      'sbom',
      'SPDX, 0 packages; 3 found that it lacks (left-pad 1.3.0, new 2.0.0, zope-interface 6.0)',
    ],
    [
      'a statement of something else',
      { predicateType: 'https://example.com/tests', predicate: {} },
      inToto,
      'attestation',
      'https://example.com/tests',
    ],
    [
      'a signature of cosign',
      { critical: {} },
      'application/vnd.dev.cosign.simplesigning.v1+json',
      'signature',
      'application/vnd.dev.cosign.simplesigning.v1+json',
    ],
  ])('%s', async (_, document, mediaType, kind, sentence) => {
    const { read, gaps } = await attested(document, mediaType);
    expect(gaps).toEqual([]);
    expect(read.map((each) => [each.kind, attachmentSentence(each)])).toEqual([[kind, sentence]]);
  });

  it('names who it is about, and says so where that is another image', async () => {
    const other = { predicateType: 'x', predicate: {}, subject: [{ digest: { sha256: 'f'.repeat(64) } }] };
    const { read } = await attested(other);
    expect(read[0]?.ofThisImage).toBe(false);
    const { read: own } = await attachedTo((blobs, image) => {
      const subject = [{ digest: { sha256: image.digest.slice('sha256:'.length) } }];
      const layer = blobs.add(inToto, { predicateType: 'x', predicate: {}, subject });
      return [manifestOf(blobs, [layer], {}, ofBuildKit(image))];
    });
    expect(own[0]?.ofThisImage).toBe(true);
  });

  it('is that of the chosen platform, and what refers to it in its own manifest', async () => {
    const { attachments } = await attachedTo((blobs, image) => {
      const arm = blobs.image('arm', { platform: { os: 'linux', architecture: 'arm64' } });
      const layer = (text: string) => blobs.add('text/plain', Buffer.from(text));
      const artifact = { artifactType: 'application/vnd.example' };
      return [
        arm,
        manifestOf(blobs, [layer('of arm')], {}, ofBuildKit(arm)),
        manifestOf(blobs, [layer('refers')], { ...artifact, subject: image }, artifact),
        manifestOf(blobs, [layer('refers to arm')], { ...artifact, subject: arm }, artifact),
      ];
    });
    expect(attachments.map(({ artifactType }) => artifactType)).toEqual(['application/vnd.example']);
  });

  it.each([
    ['is what `cosign save` wrote beside the image', 1, ['signature', 'attestation']],
    ['is not told where `cosign save` wrote beside several images', 2, []],
  ])('%s', async (_, images, kinds) => {
    const blobs = testBlobs();
    const saved = (one: TestDescriptor, kind: string) => ({
      ...one,
      annotations: { kind: `dev.cosignproject.cosign/${kind}` },
    });
    const named = Array.from({ length: images }, (_, at) => {
      const { mediaType, digest, size } = blobs.image(`web${at}`);
      return saved({ mediaType, digest, size }, 'image');
    });
    const signature = blobs.add('application/vnd.dev.cosign.simplesigning.v1+json', { critical: {} });
    const attestation = blobs.add(
      'application/vnd.dsse.envelope.v1+json',
      envelope({ predicateType: 'x', predicate: {} }),
    );
    const config = blobs.add(types.config, {});
    const beside = [
      [signature, 'sigs'],
      [attestation, 'atts'],
    ] as const;
    const manifests = beside.map(([layer, kind]) =>
      saved(blobs.add(types.manifest, { schemaVersion: 2, mediaType: types.manifest, config, layers: [layer] }), kind),
    );
    const directory = writeFiles(
      mkdtempSync(path.join(scratch, 'cosign-')),
      layoutFiles(blobs.blobs, [...named, ...manifests]),
    );
    const opened = await openImage(`oci:${directory}${images > 1 ? `:${named[0]?.digest}` : ''}`, { environment: {} });
    const { found: attachments = [], gaps = [] } = (await opened.attachments?.()) ?? {};
    expect(gaps).toEqual([]);
    const read = await readAttachments(attachments, [opened.digest ?? ''], found, false);
    expect(read.map(({ kind }) => kind)).toEqual(kinds);
  });

  it.each<[string, boolean, number]>([
    ['is told in an index that is alone in its layout', true, 1],
    ['is not told in an index of a registry, which may hold anything', false, 0],
  ])('of cosign without a subject %s', async (_, isLayout, count) => {
    const blobs = testBlobs();
    const image = blobs.image('web');
    const kind = { annotations: { kind: 'dev.cosignproject.cosign/sigs' } };
    const saved = manifestOf(blobs, [blobs.add('text/plain', Buffer.from('signed'))], {}, kind);
    const index = blobs.add(types.index, { schemaVersion: 2, manifests: [image, saved] });
    const source: BlobSource = {
      place: 'test',
      has: () => true,
      async manifest({ digest }) {
        return { bytes: blobs.blobs.get(digest) ?? Buffer.alloc(0), digest };
      },
      configuration: () => Promise.reject(new Error('not asked for')),
      document: () => Promise.reject(new Error('not asked for')),
      layer: () => Promise.reject(new Error('not asked for')),
    };
    const entry = (of: TestDescriptor, attachment: boolean, annotations: Record<string, string> = {}) => ({
      mediaType: of.mediaType,
      digest: of.digest,
      bytes: of.size,
      annotations: new Map(Object.entries(annotations)),
      platform: undefined,
      attachment,
    });
    const entries = [entry(image, false), entry(saved, true, kind.annotations)];
    const beside = isLayout ? [entry(index, false)] : [];
    const { found: attachments, gaps } = await attachmentsOf(source, [image.digest, index.digest], entries, beside);
    expect([attachments.length, gaps]).toEqual([count, []]);
  });

  it.each<[string, (blobs: Blobs, image: TestDescriptor) => object, RegExp]>([
    ['is no manifest', (blobs, image) => blobs.add(types.manifest, {}, ofBuildKit(image)), /This is no manifest/],
    [
      'names no blob',
      (blobs, image) => manifestOf(blobs, [{ digest: '../../etc/passwd', size: 1 }], {}, ofBuildKit(image)),
      /This is no digest/,
    ],
    [
      'is not what its digest names',
      (blobs, image) => ({ ...manifestOf(blobs, [], {}, ofBuildKit(image)), size: 1 }),
      /its manifest says 1/,
    ],
  ])('is a gap where it %s', async (_, attach, message) => {
    const { attachments, gaps } = await attachedTo((blobs, image) => [attach(blobs, image)]);
    expect(attachments).toEqual([]);
    expect(gaps.join()).toMatch(message);
  });

  it.each<[string, object | Buffer, object, RegExp]>([
    ['is no JSON', Buffer.from('{'), {}, /no valid JSON/],
    ['says nothing known', {}, {}, /neither a list of packages/],
    ['is too large', {}, { size: 1e9 }, /at most 67108864|more than 67108864/],
    ['is larger than one may be', {}, { size: 2e7 }, /at most 16777216/],
    ['has another size', {}, { size: 7 }, /its manifest says 7/],
  ])('says why it was not read where it %s', async (_, document, more, problem) => {
    const { read } = await attachedTo((blobs, image) => [
      manifestOf(blobs, [blobs.add(inToto, document, more)], {}, ofBuildKit(image)),
    ]);
    expect(read).toMatchObject([{ kind: 'attestation', problem: expect.stringMatching(problem) }]);
  });

  it('is a gap where a registry answers with more than is read', async () => {
    const reference = parseImageReference('registry.example/shop/web:1');
    if (reference === undefined) throw new Error('no reference');
    let underWay = 0;
    let mostUnderWay = 0;
    const source = blobsOfRegistry(reference, {
      async fetch() {
        mostUnderWay = Math.max(mostUnderWay, ++underWay);
        await setImmediate();
        underWay--;
        return new Response(Buffer.alloc(5 * 2 ** 20));
      },
      timeoutSeconds: 5,
      credentials: () => undefined,
    });
    const digests = Array.from({ length: 4 }, (_, at) => `sha256:${String(at).repeat(64)}`);
    const { found: none, gaps } = await attachmentsOf(source, digests, [], []);
    expect(none).toEqual([]);
    expect(gaps).toHaveLength(16);
    expect(gaps.join()).toMatch(
      /gave no manifest for a tag: the answer has more than.*gave no list of referrers: the answer has/,
    );
    expect(mostUnderWay).toBeLessThan(10);
  });

  it('is bounded in number', async () => {
    const { attachments } = await attachedTo((blobs, image) =>
      Array.from({ length: 300 }, (_, at) =>
        manifestOf(blobs, [blobs.add('text/plain', Buffer.from(String(at)))], {}, ofBuildKit(image)),
      ),
    );
    expect(attachments).toHaveLength(100);
  });
});
