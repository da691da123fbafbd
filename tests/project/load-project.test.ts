import { describe, expect, test } from 'vitest';
import { loadProject } from '../../src/project/load-project.ts';

function project(text: string) {
  return loadProject({ kind: 'bytes', name: 'Dockerfile', bytes: Buffer.from(text) });
}

describe('a Dockerfile beyond all bounds', () => {
  test('of 10 MB is refused, with the reason and at once', async () => {
    const begun = performance.now();
    const { dockerfiles, problems } = await project('A\n'.repeat(5_000_000));
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(dockerfiles).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({ path: 'Dockerfile', message: expect.stringContaining('1 MiB') }),
    ]);
  });

  test('of just one is read', async () => {
    const { dockerfiles, problems } = await project(`FROM scratch\n#${' '.repeat(1024 * 1024 - 14)}`);
    expect(dockerfiles.map(({ final }) => final?.index)).toEqual([0]);
    expect(problems).toEqual([]);
  });
});
