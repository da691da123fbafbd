import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuildCase, readBuildCases, type Tried, tryCase } from './build-case.ts';
import { type BuildkitBuilder, buildkitMissing, startBuildkit } from './buildkit-builder.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';

// Every repaired application is built by a real Docker Engine and must answer as the original does. CI builds a smoke set; all of them:
//
//     npm run test:builds        also writes the table of docs/fix-builds.md

/** At least eight, of every kind of transform that CI has the time for. */
const smoke = new Set([
  'busybox-httpd',
  'debian-nginx',
  'go-modules',
  'java-javac',
  'node-npm',
  'node-typescript',
  'python-pip',
  'python-script',
  'ruby-bundler',
  'shell-tool',
  'static-nginx',
]);

const table = process.env.PLIMSOLL_BUILDS_TABLE;
const wanted = readBuildCases().filter(({ name }) => process.env.PLIMSOLL_BUILDS === 'all' || smoke.has(name));

type Builder = 'engine' | 'buildkit';
type Variants = Awaited<ReturnType<typeof tryCase>>;
const built = new Map<BuildCase, Partial<Record<Builder, Variants>>>();

describe('what plimsoll fix writes builds and answers as before', () => {
  let engine: ContainerEngine;
  let buildkit: BuildkitBuilder | undefined;
  beforeAll(() => {
    engine = startContainerEngine();
    if (!buildkitMissing) buildkit = startBuildkit();
  }, 3_600_000);
  afterAll(() => {
    engine.stop();
    buildkit?.stop();
    if (table !== undefined)
      writeFileSync(table, document([...built].flatMap(([buildCase, by]) => rowsOf(buildCase, by))));
  });

  describe('by Docker Engine 20.10', () => {
    it.each(wanted.flatMap((each) => (each.newestFrontend ? [] : [[each.name, each] as const])))(
      '%s',
      async (_, buildCase) => expectAlike(buildCase, 'engine', await tryCase(engine, buildCase)),
      1_200_000,
    );
  });

  describe('by BuildKit 0.32', () => {
    beforeEach((context) => {
      if (buildkitMissing) context.skip('BuildKit is missing: scripts/system-parts buildkit');
    });
    it.each(wanted.map((each) => [each.name, each] as const))(
      '%s',
      async (_, buildCase) => expectAlike(buildCase, 'buildkit', await tryCase(engine, buildCase, buildkit)),
      1_200_000,
    );
  });
});

function expectAlike(buildCase: BuildCase, builder: Builder, variants: Variants): void {
  built.set(buildCase, { ...built.get(buildCase), [builder]: variants });
  const { before, safe, review } = variants;
  expect(review, 'a case that nothing is repaired in shows nothing').toBeDefined();
  for (const tried of [safe, review]) if (tried) expect(tried.answers).toEqual(before.answers);
  expect(before.answers.every(({ status }) => status === 0 || status === 200)).toBe(true);
}

function rowsOf({ name, language }: BuildCase, { engine, buildkit }: Partial<Record<Builder, Variants>>): string[] {
  const cells = (tried: Tried | undefined) =>
    tried
      ? `${(tried.image.bytes / 1e6).toFixed(1)} MB | ${tried.image.layers} | ${tried.image.seconds.toFixed(0)} s`
      : '- | - | -';
  const row = (variant: string, which: keyof Variants) => {
    const tried = engine?.[which] ?? buildkit?.[which];
    if (!tried) return [];
    const rules = tried.rules.map((rule) => `\`${rule}\``).join(' ');
    return [
      `| ${name} | ${language} | ${variant} | ${cells(engine?.[which])} | ${cells(buildkit?.[which])} | ${rules} |`,
    ];
  };
  return [...row('original', 'before'), ...row('safe fixes', 'safe'), ...row('all fixes', 'review')];
}

function document(lines: readonly string[]): string {
  return `# Repaired applications, built and tried

Written by \`npm run test:builds\`: each application of \`tests/system/builds\` is built without a cache as it is, with its safe fixes, and with all its fixes,
by a Docker Engine 20.10 with the BuildKit that it has built in, and by BuildKit 0.32 with a worker of its own (\`scripts/buildkit\`), whose images the same
engine runs. Each answers the same requests or runs with the same arguments: an application whose answers differ fails the test. The base
images are stand-ins made from Debian's packages (\`scripts/base-images\`): sizes compare with each other, not with images of a registry. Seconds are of one
build on a machine that does other things, too; those of BuildKit 0.32 hold the transfer of base images and result. Files that need a newer front end than the engine's
are built by BuildKit 0.32 alone.

| application | language | file | Engine 20.10 | layers | build | BuildKit 0.32 | layers | build | fixes |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}
