import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Change, makeRepository } from '../prove/replay/git-fixture.ts';
import { buildkitMissing } from './buildkit-builder.ts';
import { compareReplay } from './replay/compare-replay.ts';
import { startObservingBuilder } from './replay/observed-build.ts';

const dockerfile = `ARG VERSION=1
FROM base:\${VERSION} AS deps
WORKDIR /deps
COPY package*.json ./
RUN mkdir node_modules && cat package*.json >node_modules/all

FROM base:\${VERSION} AS build
ARG REVISION=one
ENV MODE=production
WORKDIR /app
COPY --from=deps /deps/node_modules ./node_modules
RUN --mount=type=bind,source=tools,target=/tools --mount=type=cache,target=/cache cat /tools/tool >generated
COPY --chown=1000:1000 . .
RUN mkdir -p out && cat src/* >out/app

FROM base:runtime
COPY --link config /etc/app
RUN adduser -D app
COPY --exclude=*.md scripts /scripts
USER app
LABEL version=1
COPY --from=build /app/out /out
CMD ["/out/app"]
`;

const edited = (from: string, to: string): Change => {
  expect(dockerfile).toContain(from);
  return { Dockerfile: dockerfile.replace(from, to) };
};

/** Each is one commit; what is changed stays so unless a later one takes it back. */
const history: readonly Change[] = [
  {
    Dockerfile: dockerfile,
    '.dockerignore': 'Dockerfile\n.dockerignore\ndocs\n!docs/kept\n',
    'package.json': '1',
    'package-lock.json': '1',
    'src/main': '1',
    'config/app': '1',
    'config/link': { link: 'app' },
    'tools/tool': { run: '1' },
    'scripts/run': { run: '1' },
    'scripts/notes.md': '1',
    'docs/page': '1',
    'docs/kept': '1',
  },
  { 'src/main': '2' },
  { 'docs/page': '2', 'scripts/notes.md': '2' },
  { 'src/main': '1', 'scripts/notes.md': '1' },
  { 'tools/tool': { run: '2' } },
  { 'tools/tool': '2' },
  { 'package-lock.json': '2' },
  { 'config/link': { link: 'none' } },
  edited('LABEL version=1', 'LABEL version=2'),
  edited('REVISION=one', 'REVISION=two'),
  edited('VERSION=1', 'VERSION=2'),
  edited('out && cat src/* >', 'out; cat src/* >'),
  { Dockerfile: dockerfile },
  { 'scripts/more': '1', 'docs/kept': '2' },
];

test('what is foretold of each instruction is what BuildKit does', { timeout: 120_000 }, async (context) => {
  if (buildkitMissing) context.skip('BuildKit is missing: scripts/system-parts buildkit');
  if (!existsSync('/bin/busybox')) context.skip('BusyBox is missing: scripts/system-parts engine');
  const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-replay-builds-'));
  const repository = makeRepository();
  const builder = startObservingBuilder(path.join(scratch, 'buildkit'));
  try {
    for (const change of history) repository.commit(change);
    const { steps, commits, firstMissed, refused } = await compareReplay(builder, scratch, {
      directory: repository.directory,
      last: history.length - 1,
      dockerfile: 'Dockerfile',
      context: '',
    });
    expect([commits, refused]).toEqual([history.length - 1, []]);
    const decided = steps.filter(({ foretold }) => foretold !== 'unknown');
    expect(decided.filter(({ foretold, cached }) => (foretold === 'cached') !== cached)).toEqual([]);
    expect(decided.length).toBeGreaterThan(100);
    expect(firstMissed.right).toBe(firstMissed.of);
    expect(firstMissed.of).toBeGreaterThan(firstMissed.naive);
  } finally {
    builder.stop();
    repository.remove();
    // What BuildKit mounted may still be there for a moment.
    spawnSync('rm', ['-rf', scratch]);
    rmSync(scratch, { recursive: true, force: true });
  }
});
