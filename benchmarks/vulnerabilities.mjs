// 1,000 installed packages against a store of 300,000 generated advisories, each time the first match of a process. Limit: 100 ms after opening.
import { spawnSync } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { machine, median, printTable, root, scratchDirectory, verdict } from './measure.mjs';

const directory = scratchDirectory('vulnerabilities');
const library = path.join(directory, 'library.mjs');
await build({
  stdin: {
    contents: `export { writeStore } from './src/vulnerabilities/write-store.ts';
export { openStore } from './src/vulnerabilities/advisory-store.ts';
export { matchPackages } from './src/vulnerabilities/match.ts';`,
    resolveDir: root,
  },
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile: library,
  logLevel: 'error',
});
const { writeStore } = await import(library);

const advisories = 300_000;
/** As in the exports: distributions with several releases, and languages. */
const ecosystems = ['Debian:11', 'Debian:12', 'Alpine:v3.20', 'Ubuntu:22.04', 'npm', 'PyPI', 'Maven', 'Go'];
const kinds = { 'Debian:12': 'deb', npm: 'npm', PyPI: 'pypi', Maven: 'maven', Go: 'golang' };
const names = 20_000;

const writing = performance.now();
const writer = writeStore(directory);
for (let at = 0; at < advisories; at++) writer.add(advisory(at));
for (let at = 0; at < 250_000; at++) writer.addEpss(`CVE-2024-${10_000 + at}`, (at % 1000) / 1000);
writer.finish({ sources: [], withdrawn: 0, left: 0, damaged: 0 });
const written = (performance.now() - writing) / 1000;
const size = statSync(path.join(directory, 'advisories.db')).size;

writeFileSync(
  path.join(directory, 'packages.json'),
  JSON.stringify(Array.from({ length: 1000 }, (_, at) => installed(at))),
);
const rounds = Number(process.env.PLIMSOLL_BENCHMARK_ROUNDS ?? 9);
const results = Array.from({ length: rounds }, matchOnce);
const { found } = results[0];

console.log(machine());
printTable(
  `1,000 packages, ${advisories.toLocaleString('en')} generated advisories (${Math.round(size / 1e6)} MB, written in ${written.toFixed(0)} s), ${found} vulnerabilities, ${rounds} processes`,
  ['what', 'median', 'fastest', 'slowest', 'limit of the median'],
  [
    ['open the store', ...figures('open'), ''],
    ['match', ...figures('match'), verdict(Number(median(results.map(({ match }) => match)).toFixed(1)), 100, ' ms')],
    ['match, processor time of all threads', ...figures('processor'), ''],
  ],
);
rmSync(directory, { recursive: true });

function matchOnce() {
  const program = path.join(root, 'benchmarks/vulnerabilities/match.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, directory], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: exit ${status}\n${stderr}`);
  return JSON.parse(stdout);
}

function figures(what) {
  const values = results.map((result) => result[what]);
  return [median(values), Math.min(...values), Math.max(...values)].map((value) => `${value.toFixed(1)} ms`);
}

function advisory(at) {
  const ecosystem = ecosystems[at % ecosystems.length];
  // A few packages have very many: the kernel.
  const name = at % 97 === 0 ? 'linux' : `package-${Math.floor(at / ecosystems.length) % names}`;
  const fixed = `${1 + (at % 5)}.${at % 50}.${at % 7}`;
  return {
    id: ecosystem.includes(':') ? `CVE-2024-${10_000 + at}` : `GHSA-${at.toString(36).padStart(12, '0')}`,
    aliases: ecosystem.includes(':') ? [] : [`CVE-2024-${10_000 + at}`],
    upstream: [],
    summary: `Something is wrong in ${name}, and whoever sends the right request learns what he should not know (${at})`,
    published: '2024-05-06T07:08:09Z',
    modified: '2024-06-07T08:09:10Z',
    vectors: ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N'],
    references: [`https://nvd.nist.gov/vuln/detail/CVE-2024-${10_000 + at}`, 'https://example.com/advisory'],
    affected: [
      {
        ecosystem,
        name,
        ranges: [[{ introduced: '0' }, { fixed }]],
        versions:
          at % 10 === 0 && !ecosystem.includes(':') ? Array.from({ length: 40 }, (_, patch) => `0.${patch}.0`) : [],
      },
    ],
  };
}

/** 400 of Debian and 600 of languages; one in ten is old. */
function installed(at) {
  const ecosystem = at < 400 ? 'Debian:12' : ['npm', 'PyPI', 'Maven', 'Go'][at % 4];
  const name = at === 0 ? 'linux' : `package-${(at * 17) % names}`;
  return {
    kind: kinds[ecosystem],
    name,
    version: at % 10 === 0 ? '2.30.1' : '9.0.0',
    purl: `pkg:generic/${name}`,
    licences: [],
    path: `some/${name}`,
  };
}
