// What benchmarks/vulnerabilities.mjs measures as a process of its own: opens a store and matches packages once, and prints the milliseconds.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const [directory] = process.argv.slice(2);
const { openStore, matchPackages } = await import(path.join(directory, 'library.mjs'));
const packages = JSON.parse(readFileSync(path.join(directory, 'packages.json'), 'utf8'));

const opening = performance.now();
const store = openStore(directory);
const matching = performance.now();
const begun = process.cpuUsage();
const found = matchPackages(store, packages, { id: 'debian', idLike: [], versionId: '12' }).length;
const done = performance.now();
const { user, system } = process.cpuUsage(begun);
console.log(
  JSON.stringify({ open: matching - opening, match: done - matching, processor: (user + system) / 1000, found }),
);
