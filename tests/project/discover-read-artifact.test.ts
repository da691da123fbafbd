import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeArtifact } from '../../src/core/artifact.ts';
import { artifactOfBytes, readArtifact, readStandardInput } from '../../src/project/read-artifact.ts';
import { asOrdinaryUser } from '../context/as-ordinary-user.ts';
import { makeTree } from '../context/make-tree.ts';

describe('one file', () => {
  test('is read under its path', () => {
    const root = makeTree({ 'a/Dockerfile': 'FROM é\n' });
    expect(readArtifact(root, 'a/Dockerfile')).toEqual({
      kind: 'read',
      artifact: { path: 'a/Dockerfile', text: 'FROM é\n', encoding: 'utf-8' },
    });
  });

  test('may be empty', () => {
    expect(readArtifact(makeTree({ a: '' }), 'a')).toMatchObject({ kind: 'read', artifact: { text: '' } });
  });

  test('of 10 MB is dealt with', () => {
    const result = readArtifact(makeTree({ a: 10_000_000 }), 'a');
    expect(result.kind === 'read' && result.artifact.text.length).toBe(10_000_000);
  });

  test('beyond the bound is refused; of its very size it is read', () => {
    const root = makeTree({ a: 1000 });
    expect(readArtifact(root, 'a', 1000).kind).toBe('read');
    expect(readArtifact(root, 'a', 999)).toMatchObject({
      kind: 'problem',
      path: 'a',
      message: expect.stringContaining('999 bytes'),
    });
  });

  test('that never ends is refused', () => {
    expect(readArtifact('/dev', 'zero', 1000)).toMatchObject({ kind: 'problem' });
  });

  test.each([
    ['a directory', { 'a/b': 1 }, 'a', 'directory'],
    ['nothing', {}, 'a', 'no such file'],
    ['a link in a circle', { a: '-> a' }, 'a', 'leads back'],
    ['below a file', { a: 1 }, 'a/b', 'ENOTDIR'],
  ])('%s is a problem', (_, tree, path, message) => {
    expect(readArtifact(makeTree(tree), path)).toMatchObject({
      kind: 'problem',
      path,
      message: expect.stringContaining(message),
      remedy: expect.stringMatching(/\.$/),
    });
  });

  test('that may not be read is a problem', () => {
    const root = makeTree({ a: 1 });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'a'), 0);
    expect(asOrdinaryUser(() => readArtifact(root, 'a'))).toMatchObject({
      message: expect.stringContaining('permission'),
    });
  });
});

describe('bytes', () => {
  test.each([
    ['UTF-16, little endian', [0xff, 0xfe, 0x46, 0], 'UTF-16'],
    ['UTF-16, big endian', [0xfe, 0xff, 0, 0x46], 'UTF-16'],
    ['binary', [0x7f, 0x45, 0x4c, 0x46, 0], 'binary'],
  ])('%s is no text', (_, bytes, message) => {
    expect(artifactOfBytes('a', Uint8Array.from(bytes))).toMatchObject({
      kind: 'problem',
      message: expect.stringContaining(message),
    });
  });

  test('that are read give the same bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const result = artifactOfBytes('a', bytes);
        if (result.kind === 'read') expect([...encodeArtifact(result.artifact)]).toEqual([...bytes]);
        else expect(bytes.includes(0) || bytes[0] === 0xff || bytes[0] === 0xfe).toBe(true);
      }),
    );
  });
});

describe('standard input', () => {
  test('is read to its end', async () => {
    const result = await readStandardInput(
      Readable.from([Buffer.from('FROM \u00e9').subarray(0, 6), Buffer.from([0xa9, 0x0a])]),
    );
    expect(result).toEqual({ kind: 'read', artifact: { path: '-', text: 'FROM é\n', encoding: 'utf-8' } });
  });

  test('without an end is refused', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1000, 'x');
      })(),
    );
    expect(await readStandardInput(endless, '-', 10_000)).toMatchObject({ kind: 'problem' });
  });

  test('that breaks off is a problem', async () => {
    const broken = new Readable({ read: () => broken.destroy(new Error('gone')) });
    expect(await readStandardInput(broken)).toMatchObject({ kind: 'problem', path: '-' });
  });
});
