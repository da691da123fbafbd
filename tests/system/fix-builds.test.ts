import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuildCase, readBuildCases, type Tried, tryCase } from './build-case.ts';
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
const rows: string[] = [];

describe('what plimsoll fix writes builds and answers as before', () => {
  let engine: ContainerEngine;
  beforeAll(() => {
    engine = startContainerEngine();
  }, 3_600_000);
  afterAll(() => {
    engine.stop();
    if (table !== undefined) writeFileSync(table, document(rows));
  });

  it.each(wanted.map((each) => [each.name, each] as const))(
    '%s',
    async (_, buildCase) => {
      const { before, safe, review } = await tryCase(engine, buildCase);
      rows.push(...rowsOf(buildCase, before, safe, review));
      expect(review, 'a case that nothing is repaired in shows nothing').toBeDefined();
      for (const tried of [safe, review]) {
        if (tried === undefined) continue;
        expect(tried.answers).toEqual(before.answers);
      }
      expect(before.answers.every(({ status }) => status === 0 || status === 200)).toBe(true);
    },
    1_200_000,
  );
});

function rowsOf({ name, language }: BuildCase, before: Tried, safe: Tried | undefined, review: Tried | undefined) {
  const cells = (tried: Tried) =>
    `${(tried.image.bytes / 1e6).toFixed(1)} MB | ${tried.image.layers} | ${tried.image.seconds.toFixed(0)} s`;
  const row = (variant: string, tried: Tried) =>
    `| ${name} | ${language} | ${variant} | ${cells(tried)} | ${tried.rules.map((rule) => `\`${rule}\``).join(' ')} |`;
  return [
    row('original', before),
    ...(safe ? [row('safe fixes', safe)] : []),
    ...(review ? [row('all fixes', review)] : []),
  ];
}

function document(lines: readonly string[]): string {
  return `# Repaired applications, built and tried

Written by \`npm run test:builds\`: each application of \`tests/system/builds\` is built without a cache by a Docker Engine (BuildKit) as it is, with its safe
fixes, and with all its fixes, and answers the same requests or runs with the same arguments. An application whose answers differ fails the test. The base
images are stand-ins made from Debian's packages (\`scripts/base-images\`): sizes compare with each other, not with images of a registry. Seconds are of one
build on a machine that does other things, too.

| application | language | file | size | layers | build | fixes |
| --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`;
}
