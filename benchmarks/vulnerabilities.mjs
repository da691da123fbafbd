// 1,000 installed packages against a store of 300,000 generated advisories. Limit: 100 ms after opening.
import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
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
const { writeStore, openStore, matchPackages } = await import(library);

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

const packages = Array.from({ length: 1000 }, (_, at) => installed(at));
const rounds = Number(process.env.PLIMSOLL_BENCHMARK_ROUNDS ?? 5);
const openings = [];
const matchings = [];
const processor = [];
let found = 0;
for (let round = 0; round < rounds; round++) {
  const opening = performance.now();
  const store = openStore(directory);
  const matching = performance.now();
  const begun = process.cpuUsage();
  found = matchPackages(store, packages, { id: 'debian', idLike: [], versionId: '12' }).length;
  matchings.push(performance.now() - matching);
  const { user, system } = process.cpuUsage(begun);
  processor.push((user + system) / 1000);
  openings.push(matching - opening);
  store.close();
}

console.log(machine());
printTable(
  `1,000 packages, ${advisories.toLocaleString('en')} generated advisories (${Math.round(size / 1e6)} MB, written in ${written.toFixed(0)} s), ${found} vulnerabilities, ${rounds} rounds`,
  ['what', 'first', 'median', 'fastest', 'limit of the first'],
  [
    ['open the store', ...figures(openings), ''],
    ['match', ...figures(matchings), verdict(Number(matchings[0].toFixed(1)), 100, ' ms')],
    ['match, processor time', ...figures(processor), ''],
  ],
);
console.log(
  `\nmemory of this process, writing included: ${Math.round(process.resourceUsage().maxRSS / 1000)} MB (${path.basename(fileURLToPath(import.meta.url))})`,
);
rmSync(directory, { recursive: true });

function figures(values) {
  return [values[0], median(values), Math.min(...values)].map((value) => `${value.toFixed(1)} ms`);
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
