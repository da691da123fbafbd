import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KnownImage, KnownImages } from '../../src/image/known-images.ts';
import { openImage } from '../../src/image/sources/open-image.ts';
import { tarOf } from './tar-archive.ts';
import { digestOf } from './test-image.ts';

// Which images of a storage are kept as known, by what a program says. The programs themselves are asked by tests/system/image-engine.test.ts: what they say here they say when a tag is moved
// between two questions, or in other versions.

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-known-'));
  mkdirSync(path.join(scratch, 'temporary'));
  vi.stubEnv('TMPDIR', path.join(scratch, 'temporary'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

const layer = tarOf([{ name: 'app', content: 'app' }]);
const configuration = (user: string) =>
  JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    config: { User: user },
    rootfs: { diff_ids: [digestOf(layer)] },
  });
const own = configuration('app');
const id = digestOf(Buffer.from(own));

function archiveOf(config: string): Buffer {
  const name = `${digestOf(Buffer.from(config)).slice(7)}.json`;
  return tarOf([
    { name: 'one/layer.tar', content: layer },
    { name, content: config },
    {
      name: 'manifest.json',
      content: JSON.stringify([{ Config: name, RepoTags: ['web:1'], Layers: ['one/layer.tar'] }]),
    },
  ]);
}

/** A directory with one program, which prints one file when it is asked for an image and another one when it saves it. */
function programThat(name: 'podman' | 'skopeo' | 'buildah', { says, saves }: { says: string; saves: string }): string {
  const directory = mkdtempSync(path.join(scratch, `${name}-`));
  writeFileSync(path.join(directory, 'says'), says);
  writeFileSync(path.join(directory, 'saves'), archiveOf(saves));
  writeFileSync(path.join(directory, 'calls'), '');
  const program = path.join(directory, name);
  appendFileSync(
    program,
    `#!/bin/sh\ncase "$*" in *inspect*) exec /bin/cat ${directory}/says ;; esac\necho saved >>${directory}/calls\nexec /bin/cat ${directory}/saves\n`,
  );
  chmodSync(program, 0o755);
  return directory;
}

const kept = new Map<string, KnownImage>();
const known: KnownImages = {
  find: (digest, name) => kept.get(`${digest} ${name}`),
  keep: (digest, name, image) => void kept.set(`${digest} ${name}`, image),
};
beforeEach(() => kept.clear());

async function open(directory: string) {
  const image = await openImage('containers-storage:web:1', { environment: { PATH: directory, HOME: scratch }, known });
  await image.close();
  return image;
}

describe.skipIf(process.platform === 'win32')('an image of the storage of Podman and Buildah', () => {
  test.each([
    ['podman', `${id.slice(7)}\n`],
    ['skopeo', own],
    ['buildah', `sha256:${id.slice(7)}\n`],
  ] as const)('is exported once: its id is told by %s', async (name, says) => {
    const directory = programThat(name, { says, saves: own });
    const images = [await open(directory), await open(directory)];
    expect([...kept.keys()]).toEqual([`${id} web:1`]);
    expect(readFileSync(path.join(directory, 'calls'), 'utf8')).toBe('saved\n');
    for (const image of images) expect(image.configuration.digest).toBe(id);
  });

  test('is not known by the id of another one that its name stood for', async () => {
    const directory = programThat('podman', { says: `${id.slice(7)}\n`, saves: configuration('other') });
    const images = [await open(directory), await open(directory)];
    expect([...kept.keys()]).toEqual([]);
    expect(readFileSync(path.join(directory, 'calls'), 'utf8')).toBe('saved\nsaved\n');
    for (const image of images) expect(image.configuration.digest).not.toBe(id);
  });
});
