import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeArtifact, encodeArtifact } from '../../src/core/artifact.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';

describe('bytes and text', () => {
  test('any bytes come back as they were', () => {
    const marked = fc.uint8Array().map((bytes) => Uint8Array.from([0xef, 0xbb, 0xbf, ...bytes]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), marked), (bytes) => {
        expect([...encodeArtifact(decodeArtifact('f', bytes))]).toEqual([...bytes]);
      }),
    );
  });

  test('a byte order mark counts in a file that is no UTF-8, as for BuildKit', () => {
    const bytes = Buffer.concat([
      Buffer.from([0xef, 0xbb, 0xbf]),
      Buffer.from('FROM alpine:3.20\nENV X=\xe9\n', 'latin1'),
    ]);
    const dockerfile = parseDockerfile(decodeArtifact('Dockerfile', bytes));
    expect(dockerfile.rejections).toEqual([]);
    expect(dockerfile.stages).toHaveLength(1);
  });
});
