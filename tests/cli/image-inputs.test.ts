import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

// The image itself is built in the full set only: what it is built from is looked at each time.

function scriptsOf(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, imported = ''] of readFileSync(file, 'utf8').matchAll(/ from '(\.\/[\w-]+\.mjs)'/g))
    scriptsOf(path.join(path.dirname(file), imported), found);
  return found;
}

test('the image’s build has every script that the build runs', () => {
  const scripts = [...scriptsOf('scripts/build.mjs')].sort();
  const copied = /^COPY ((?:scripts\/\S+ )+)\.\/scripts\/$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1];
  expect(copied?.trim().split(' ').sort()).toEqual(scripts);
  const kept = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!scripts/'));
  expect(kept.map((line) => line.slice(1)).sort()).toEqual(scripts);
});
