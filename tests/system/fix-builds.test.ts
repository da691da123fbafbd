import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuildCase, readBuildCases, type Tried, tryCase } from './build-case.ts';
import { type BuildkitBuilder, buildkitMissing, startBuildkit } from './buildkit-builder.ts';
import { type ContainerEngine, graceSeconds, startContainerEngine } from './container-engine.ts';

// Every repaired application is built by a real Docker Engine and must answer as the original does. CI builds a smoke set; all of them:
//
//     npm run test:builds        also writes the table of docs/fix-builds.md
//     PLIMSOLL_BUILDS=node-npm,go-static npx vitest run tests/system/fix-builds.test.ts        those alone; with PLIMSOLL_BUILDS_TABLE their rows

/** At least eight, of every kind of transform that CI has the time for: ten minutes of twenty were once spent in two that compile. */
const smoke = new Set([
  'busybox-httpd',
  'debian-nginx',
  'entry-script',
  'java-javac',
  'newest-frontend',
  'node-npm',
  'node-typescript',
  'python-pip',
  'python-script',
  'ruby-bundler',
  'split-c-compiler',
  'static-nginx',
]);

/** Of these the newest BuildKit builds as many as show what its front end and its worker do otherwise. */
const smokeOfBuildkit = new Set(['busybox-httpd', 'newest-frontend', 'static-nginx']);

const table = process.env.PLIMSOLL_BUILDS_TABLE;
const asked = process.env.PLIMSOLL_BUILDS;
const named = asked === undefined || asked === 'all' ? undefined : new Set(asked.split(','));
const isWanted = (name: string, usual: ReadonlySet<string>) => asked === 'all' || (named ?? usual).has(name);
const wanted = readBuildCases().filter(({ name }) => isWanted(name, smoke));
const wantedOfBuildkit = wanted.filter(({ name }) => isWanted(name, smokeOfBuildkit));
const unknown = [...(named ?? [])].filter((name) => !wanted.some((each) => each.name === name));
if (unknown.length > 0) throw new Error(`PLIMSOLL_BUILDS: tests/system/builds has no ${unknown.join(', ')}`);

type Builder = 'engine' | 'buildkit';
type Variants = Awaited<ReturnType<typeof tryCase>>;
const built = new Map<string, Partial<Record<Builder, Variants>>>();

describe('what plimsoll fix writes builds and answers as before', () => {
  let engine: ContainerEngine;
  let buildkit: BuildkitBuilder | undefined;
  beforeAll(() => {
    engine = startContainerEngine();
    if (!buildkitMissing) buildkit = startBuildkit();
  }, 3_600_000);

  afterEach(() => {
    writeTable();
    buildkit?.forget();
  });

  describe('by Docker Engine 20.10', () => {
    it.each(wanted.flatMap((each) => (each.newestFrontend ? [] : [[each.name, each] as const])))(
      '%s',
      async (_, buildCase) => expectAlike(buildCase, 'engine', await tryCase(engine, buildCase)),
      2_400_000,
    );
  });

  describe('by BuildKit 0.32', () => {
    beforeEach((context) => {
      if (buildkitMissing) context.skip('BuildKit is missing: scripts/system-parts buildkit');
    });
    it.each(wantedOfBuildkit.map((each) => [each.name, each] as const))(
      '%s',
      async (_, buildCase) => expectAlike(buildCase, 'buildkit', await tryCase(engine, buildCase, buildkit)),
      2_400_000,
    );
  });
});

/** Written after each application: a run of all takes long, and what was cut off has measured something. */
function writeTable(): void {
  if (table !== undefined) writeFileSync(table, document(rowsOfAll(readRows(table))));
}

function expectAlike(buildCase: BuildCase, builder: Builder, tried: Variants): void {
  built.set(buildCase.name, { ...built.get(buildCase.name), [builder]: tried });
  const { before, safe, review } = tried;
  expect(review, 'a case that nothing is repaired in shows nothing').toBeDefined();
  for (const fixed of [safe, review]) if (fixed) expect(fixed.answers).toEqual(before.answers);
  expect(before.answers.every(({ status }) => status === 0 || status === 200)).toBe(true);
  if (buildCase.logs === 'json') expect([before, review].map(logsJson)).toEqual([false, true]);
  if (buildCase.logs === 'there') expect([before, review].map(logsRequests)).toEqual([false, true]);
  if (buildCase.stops)
    expect([before, review].map((tried) => (tried?.served?.stopSeconds ?? 0) >= graceSeconds)).toEqual([true, false]);
}

/** Whether there is a log and each line of it an object. */
function logsJson(tried: Tried | undefined): boolean {
  const lines = (tried?.served?.logs ?? '').split('\n').filter((line) => line.trim() !== '');
  return lines.length > 0 && lines.every((line) => line.startsWith('{') && line.endsWith('}'));
}

/** Whether the log has what was asked. */
function logsRequests(tried: Tried | undefined): boolean {
  return tried?.answers.every(({ asked }) => tried.served?.logs.includes(asked)) === true;
}

/** The rows of a table that was written before: what one builder measured stays when the other one runs alone. */
function readRows(file: string): ReadonlyMap<string, readonly string[]> {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const rows = lines.filter((line) => line.startsWith('| ')).map((line) => line.slice(2, -2).split(' | '));
  return new Map(rows.map((cells) => [`${cells[0]} ${cells[2]}`, cells]));
}

function rowsOfAll(earlier: ReadonlyMap<string, readonly string[]>): string[] {
  return readBuildCases().flatMap((buildCase) =>
    variants.flatMap(([title, which]) => {
      const known = earlier.get(`${buildCase.name} ${title}`);
      const { engine, buildkit } = built.get(buildCase.name) ?? {};
      const tried = engine?.[which] ?? buildkit?.[which];
      if (!tried) return built.has(buildCase.name) || !known ? [] : [`| ${known.join(' | ')} |`];
      const rules = tried.rules.map((rule) => `\`${rule}\``).join(' ');
      // Of another repair they would say nothing of this one.
      const same = known?.at(-1)?.trim() === rules ? known : undefined;
      const cells = [
        ...[buildCase.name, buildCase.language, title],
        ...(engine ? cellsOf(engine[which]) : (same?.slice(3, 6) ?? notTried)),
        ...(buildkit ? cellsOf(buildkit[which]) : (same?.slice(6, 9) ?? notTried)),
      ];
      return [`| ${cells.join(' | ')} | ${rules} |`];
    }),
  );
}

const variants = [
  ['original', 'before'],
  ['safe fixes', 'safe'],
  ['all fixes', 'review'],
] as const;

const notTried = ['-', '-', '-'];

function cellsOf(tried: Tried | undefined): readonly string[] {
  if (!tried) return notTried;
  const { bytes, layers, seconds } = tried.image;
  return [`${(bytes / 1e6).toFixed(1)} MB †`, String(layers), `${seconds.toFixed(0)} s`];
}

function document(lines: readonly string[]): string {
  return `# Repaired applications, built and tried

Each small application of \`tests/system/builds\` is built three times, without a cache: as it is, with its safe fixes, and with all its fixes. Then it is
started and asked the same questions, or run with the same arguments. An application that answers otherwise after a fix fails the test.
The table is written by \`npm run test:builds\`.

How to read it:

* **Two builders**: Docker Engine 20.10 with the BuildKit that it has built in, and BuildKit 0.32 with a worker of its own (\`scripts/buildkit\`). The same engine
  runs the images of both. A dash: not built by that one with these fixes. Files that need a newer front end than the engine's are built by BuildKit 0.32 alone. A row
  of one builder stays when the other runs alone.
* **Sizes**: base images are stand-ins made from Debian's packages (\`scripts/base-images\`). Compare sizes with each other, not with images of a registry. † is on the
  stand-ins as they are since 28 November 2026, near the official images in size. Sizes without it are of the earlier ones: do not compare them with those that have it.
* **Seconds** are of one build on a machine that does other things, too. Those of BuildKit 0.32 hold the transfer of base images and result.

| application | language | file | Engine 20.10 | layers | build | BuildKit 0.32 | layers | build | fixes |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}
