import { describe, expect, it } from 'vitest';
import { manifestFacts } from '../../../src/maintain/prune-registry/manifest-facts.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('c'), size: 3 };
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digest('d'), size: 5 };
const read = (object: unknown) =>
  manifestFacts(digest('f'), Buffer.from(typeof object === 'string' ? object : JSON.stringify(object)), undefined);

describe('what a manifest says', () => {
  it('of an image: its parts, and where its date is', () => {
    const { facts, dateIn } = read({ schemaVersion: 2, config, layers: [layer] });
    expect(facts).toMatchObject({
      kind: 'image',
      children: [],
      subject: undefined,
      blobs: [
        { digest: digest('c'), bytes: 3 },
        { digest: digest('d'), bytes: 5 },
      ],
    });
    expect(dateIn).toBe(digest('c'));
  });

  it('of an index: everything that it lists, whatever kind that is said to be', () => {
    const entries = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.example+json', layer.mediaType, ''];
    const manifests = entries.map((mediaType, at) => ({ mediaType, digest: digest(String(at)), size: 1 }));
    expect(read({ schemaVersion: 2, manifests }).facts.children).toEqual(['0', '1', '2', '3'].map(digest));
  });

  it('of what refers to something: to what, and its date where an annotation has it', () => {
    const annotations = { 'org.opencontainers.image.created': '2026-01-02T00:00:00Z' };
    const { facts } = read({ schemaVersion: 2, config, layers: [], subject: layer, annotations });
    expect(facts).toMatchObject({
      kind: 'artifact',
      subject: digest('d'),
      date: Date.UTC(2026, 0, 2) / 1000,
      dated: 'built',
    });
  });

  it('of both an index and an image: all of it', () => {
    const { facts } = read({
      schemaVersion: 2,
      config,
      layers: [layer],
      manifests: [{ digest: digest('1'), size: 1 }],
    });
    expect(facts.children).toEqual([digest('1')]);
    expect(facts.blobs.map((each) => each.digest)).toContain(digest('d'));
  });

  it.each<[string, unknown]>([
    ['no JSON', 'x'],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }],
    ['nothing that is known', { schemaVersion: 2 }],
    ['a list that is none', { schemaVersion: 2, config, layers: {} }],
    ['a part that is no digest', { schemaVersion: 2, config, layers: [{ digest: '../../etc/passwd' }] }],
    ['a subject that is no digest', { schemaVersion: 2, config, layers: [], subject: 'x' }],
    ['too much', { schemaVersion: 2, manifests: Array.from({ length: 10_001 }, () => layer) }],
  ])('is not read where it holds %s', (_, object) => {
    expect(() => read(object)).toThrow(/manifest sha256:f+/);
  });
});
