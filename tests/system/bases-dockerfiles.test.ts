import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { applyEdits } from '../../src/core/fix.ts';
import { namedImages } from '../../src/maintain/freshness/named-images.ts';
import { planUpdates } from '../../src/maintain/freshness/update-plan.ts';
import { loadProject } from '../../src/project/load-project.ts';

const missing = spawnSync('go', ['version']).status !== 0;
const seed = Number(process.env.SEED ?? 20_261);
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

/** What is to be named instead, of all images that the files name. */
const targets = new Map([
  ['acme/app:1.0.0', 'acme/app:1.0.1'],
  ['acme/app:1.0.0-slim', 'acme/app:1.0.1-slim'],
  [`acme/app:1.0.0@${digest('a')}`, `acme/app:1.0.1@${digest('b')}`],
  ['registry.example:5000/acme/db:2.1', 'registry.example:5000/acme/db:2.10'],
]);

const written = fc.constantFrom(...targets.keys());
const line = fc.oneof(
  written.map((image) => `FROM ${image}`),
  written.map((image) => `from   --platform=linux/amd64 ${image} as s`),
  written.map((image) => `FROM \\\n  # a comment\n  ${image}`),
  written.map((image) => `FROM scratch\nCOPY --from=${image} /a /a`),
  written.map((image) => `FROM scratch\nRUN --mount=type=bind,from=${image},target=/m true`),
  fc.constantFrom(
    'FROM acme/app:$V',
    'FROM acme/app:${V}-slim',
    'FROM "acme/app:${V}"',
    'FROM $IMAGE',
    'FROM ${IMAGE:-acme/app:1.0.0}',
    'FROM ${OTHER:-acme/app:1.0.0}',
    'FROM ${NONE}',
    'FROM $REG/app:1.0.0-slim',
    'FROM ${REG}/app:$V',
  ),
  fc.constantFrom(
    '# FROM acme/app:1.0.0',
    'RUN echo acme/app:1.0.0',
    'RUN <<E\nFROM acme/app:1.0.0\nE',
    'ARG V\nRUN echo $V',
    'LABEL base=acme/app:1.0.0',
  ),
);
const file = fc
  .tuple(
    fc.subarray(['ARG V=1.0.0', 'ARG IMAGE="acme/app:1.0.0"', 'ARG REG=acme', "ARG V='1.0.0' W=2", '# plimsoll: none']),
    fc.array(line, { minLength: 1, maxLength: 6 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([head, lines, end]) => `${[...head, 'FROM acme/app:1.0.0', ...lines, ''].join('\n')}`.replaceAll('\n', end));

describe('an update of generated Dockerfiles', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-bases-'));
  let oracle = '';

  beforeAll(() => {
    if (missing && process.env.CI === 'true') throw new Error('go is missing: https://go.dev/doc/install');
    if (!missing) oracle = execFileSync('scripts/oracles', { encoding: 'utf8' }).trim();
  });
  beforeEach((context) => {
    if (missing) context.skip('go is missing: https://go.dev/doc/install');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const accepted = (texts: readonly string[]): boolean[] => {
    const files = texts.map((text, at) => {
      const name = path.join(directory, `${at}.Dockerfile`);
      writeFileSync(name, text);
      return name;
    });
    const output = execFileSync(oracle, ['dockerfile'], {
      input: `${files.join('\n')}\n`,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    return output
      .trimEnd()
      .split('\n')
      .map((verdict) => JSON.parse(verdict).accepted);
  };

  const updated = async (text: string) => {
    const project = await loadProject({ kind: 'bytes', name: 'Dockerfile', bytes: Buffer.from(text) }, {});
    const { groups, left } = planUpdates(namedImages(project), targets, () => false);
    return {
      text: applyEdits(
        text,
        groups.flatMap(({ edits }) => edits),
      ),
      left: left.map(({ place }) => place.text),
    };
  };

  test('is taken by BuildKit wherever the file was, changes names alone, leaves nothing that it can change, and changes nothing twice', async () => {
    const before = fc.sample(file, { numRuns: 600, seed });
    const results: { text: string; left: string[] }[] = [];
    for (const text of before) results.push(await updated(text));
    const [was, is] = [accepted(before), accepted(results.map(({ text }) => text))];
    expect(was.filter(Boolean).length).toBeGreaterThan(200);
    for (const [at, { text, left }] of results.entries()) {
      if (was[at]) expect({ text, accepted: is[at] }).toEqual({ text, accepted: true });
      expect(withoutVersions(text)).toBe(withoutVersions(before[at] ?? ''));
      const again = await updated(text);
      expect([again.text, again.left]).toEqual([text, left]);
    }
  }, 60_000);
});

function withoutVersions(text: string): string {
  return text.replace(/1\.0\.[01]|2\.10?|[ab]{64}/g, 'X');
}
