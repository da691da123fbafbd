import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyseImage } from '../../src/image/analyse-image.ts';
import { openImage } from '../../src/image/sources/open-image.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';

// The file system that layers make together, against what a container of the real engine sees.

/** What layers can do to each other: taken away, taken away and made anew, one kind in the place of another, links, copies. */
const dockerfile = `FROM debian:12-slim
RUN mkdir -p /t/dir/sub /t/gone /t/opaque /t/now-file && echo a >/t/dir/a && echo b >/t/dir/sub/b && echo c >/t/gone/c \\
 && echo d >/t/opaque/d && echo e >/t/now-file/old && ln -s dir /t/link && ln /t/dir/a /t/hard && echo x >/t/now-directory
RUN rm -rf /t/gone /t/dir/sub /t/opaque && mkdir /t/opaque && echo new >/t/opaque/n && chown -R 5:6 /t/dir
RUN rm -rf /t/now-file && echo file >/t/now-file && rm /t/now-directory && mkdir /t/now-directory \\
 && echo in >/t/now-directory/in && echo through >/t/link/through
COPY copied /t/link/
RUN rm /t/link && mkdir /t/link && echo real >/t/link/real && chmod 4755 /t/hard && rm /t/dir/a && mkfifo /t/pipe
`;

/** What the engine puts into every container. */
const ofEngine = /^(?:dev|proc|sys|\.dockerenv|etc\/(?:hostname|hosts|resolv\.conf|mtab))(?:\/|$)/;
const letters = { file: 'f', hardlink: 'f', directory: 'd', symlink: 'l', fifo: 'p', device: 'c' } as const;

let engine: ContainerEngine;
let scratch = '';
beforeAll(() => {
  engine = startContainerEngine(['debian']);
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-view-'));
}, 600_000);
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

test('an image has the files that a container of it sees', async () => {
  const context = path.join(scratch, 'context');
  mkdirSync(context);
  writeFileSync(path.join(context, 'Dockerfile'), dockerfile);
  writeFileSync(path.join(context, 'copied'), 'copied');
  await engine.build(context, 'plimsoll-case/view:1', { cache: true });
  const archive = path.join(scratch, 'image.tar');
  await engine.save('plimsoll-case/view:1', archive);
  const listing = await engine.run('plimsoll-case/view:1', [
    'find',
    '/',
    '-xdev',
    '-mindepth',
    '1',
    '-printf',
    '%y %m %U:%G %P\\n',
  ]);
  const image = await openImage(`docker-archive:${archive}`, { environment: {} });
  const { files } = await analyseImage(image, { cataloguers: [] });
  await image.close();
  const ours = [...files].map(
    ({ kind, mode, user, group, path: where }) => `${letters[kind]} ${mode.toString(8)} ${user}:${group} ${where}`,
  );
  const comparable = (lines: readonly string[]) =>
    lines.filter((line) => line !== '' && !ofEngine.test(line.split(' ').slice(3).join(' '))).sort();
  expect(comparable(ours)).toEqual(comparable(listing.body.split('\n')));
  expect(files.size).toBeGreaterThan(1000);
}, 120_000);
