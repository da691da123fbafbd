import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import { compressedSize } from '../../src/image/compressed-size.ts';
import { openImage } from '../../src/image/sources/open-image.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { compareTrees } from '../../src/prove/compare/compare-trees.ts';
import { declarationsOf } from '../../src/prove/compare/declared.ts';
import { imageFigures } from '../../src/prove/compare/image-figures.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { engineSocket } from './engine-socket.ts';

let engine: ContainerEngine;
const host = `unix://${engineSocket()}`;
const made: string[] = [];
const directories: string[] = [];

beforeAll(() => {
  engine = startContainerEngine(['busybox']);
}, 3_000_000);

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  if (made.length > 0)
    execFileSync(process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker', ['-H', host, 'image', 'rm', '-f', ...made]);
});

/** Builds it, and reads what came of it out of the engine. */
async function built(files: Readonly<Record<string, string>>) {
  const context = mkdtempSync(path.join(tmpdir(), 'plimsoll-prove-compare-'));
  directories.push(context);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(context, name), text);
  const tag = `plimsoll-prove-compare:${process.pid}-${made.length}`;
  made.push(tag);
  const { id, seconds } = await engine.build(context, tag, { cache: false });
  const source = `docker-daemon:${tag}`;
  const image = await openImage(source, { environment: { DOCKER_HOST: host } });
  try {
    const analysis = await analyseImage(image, { cataloguers });
    const compressedBytes = await compressedSize(image, new Map());
    const project = await loadProject({ kind: 'directory', path: context });
    const [build] = project.builds;
    if (build === undefined) throw new Error('no build');
    const cold = { tag, id, source, seconds, steps: [], contextBytes: undefined, logFile: '' };
    const figures = imageFigures({
      analysis,
      compressedBytes,
      vulnerabilities: undefined,
      advisories: '',
      cold,
      rebuild: undefined,
    });
    return { analysis, build, figures };
  } finally {
    await image.close();
  }
}

const steps = (more: string) => `FROM busybox
WORKDIR /app
COPY . .
RUN mkdir -p /var/lib/apt/lists && echo list >/var/lib/apt/lists/main && cat /proc/uptime >/built && touch /tmp/run.$(cat /proc/sys/kernel/random/uuid)
RUN chmod 4755 /app/tool${more}
`;

test('two builds of the original tell the noise, the fix what it declares, and the rest is undeclared', async () => {
  const files = { tool: 'a', notes: 'b' };
  const original = await built({ ...files, Dockerfile: steps('') });
  const again = await built({ ...files, Dockerfile: steps('') });
  const repaired = await built({
    ...files,
    '.dockerignore': 'notes\n',
    Dockerfile: `${steps(' && rm -rf /var/lib/apt/lists/* && chown 7 /app/tool').replaceAll('RUN chmod', 'USER 0\nRUN chmod')}USER 1000\n`,
  });
  const changes = { edits: [], newFiles: [{ path: '.dockerignore', text: 'notes\n' }] };
  const declarations = declarationsOf(
    [
      { rule: 'layers/package-cache-left', fix: { changes: { edits: [] } } },
      { rule: 'context/missing-ignore-file', fix: { changes } },
    ],
    { before: original.build, after: repaired.build, original: original.analysis, repaired: repaired.analysis },
  );
  const trees = { original: original.analysis.files, again: again.analysis.files, repaired: repaired.analysis.files };
  const { differences, same } = compareTrees(trees, declarations);
  const lines = differences.map(({ standing, change, path: place, differs }) =>
    [standing, change, place.replace(/run\..*/, 'run.*'), ...differs].join(' '),
  );
  expect(lines.sort()).toEqual([
    'declared added app/.dockerignore',
    'declared removed app/notes',
    'declared removed var/lib/apt/lists/main',
    'noise added tmp/run.*',
    'noise changed built content',
    'noise removed tmp/run.*',
    'undeclared changed app/Dockerfile content',
    // chown takes the set-id bit away.
    'undeclared changed app/tool mode owner',
  ]);
  expect(same).toBeGreaterThan(100);
  expect(original.figures).toMatchObject({ user: '', setIdFiles: 1, layers: 5 });
  expect(repaired.figures).toMatchObject({ user: '1000', layers: 5 });
  const { bytes, compressedBytes = 0 } = original.figures;
  expect(compressedBytes).toBeGreaterThan(bytes / 10);
  expect(compressedBytes).toBeLessThan(bytes);
}, 120_000);
