import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { diskBytes } from '../../src/maintain/disk-bytes.ts';

it('counts what du counts: blocks, what has two names once, links as links', async () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-disk-'));
  try {
    mkdirSync(path.join(directory, 'a/b'), { recursive: true });
    writeFileSync(path.join(directory, 'a/small'), 'x');
    writeFileSync(path.join(directory, 'a/b/large'), Buffer.alloc(100_000, 'x'));
    linkSync(path.join(directory, 'a/b/large'), path.join(directory, 'a/again'));
    symlinkSync('large', path.join(directory, 'a/b/link'));
    const { stdout } = spawnSync('du', ['-s', '--block-size=1', directory], { encoding: 'utf8' });
    expect(await diskBytes([directory])).toBe(Number(stdout.split('\t')[0]));
    expect(await diskBytes([path.join(directory, 'absent')])).toBe(0);
    // The directory itself, two more, and four in them.
    expect(await diskBytes([directory], { entriesAtMost: 7 })).toBe(await diskBytes([directory]));
    await expect(diskBytes([directory], { entriesAtMost: 6 })).rejects.toMatchObject({
      name: 'UserError',
      exitCode: 3,
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
