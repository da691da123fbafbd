// What is found at warning or above in Dockerfiles that experts wrote: docker-library and nodejs/docker-node, which have to be laid out in
// directories of their own. Limit: 0.3 a file.
//
//     node benchmarks/negative-control.mjs DIRECTORY…
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { machine, peer, plimsoll, printTable, verdict } from './measure.mjs';

const directories = process.argv.slice(2);
if (directories.length === 0) {
  console.error('usage: node benchmarks/negative-control.mjs DIRECTORY…');
  process.exit(2);
}
const rows = directories.map((directory) => {
  const { stdout } = spawnSync(process.execPath, [plimsoll, 'audit', directory, '--no-config', '--json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const { inventory, findings } = JSON.parse(stdout);
  const severe = findings.filter(({ severity }) => severity !== 'note');
  return {
    directory,
    files: inventory.dockerfiles,
    severe,
    hadolint: hadolintCount([...new Set(inventory.links.map(({ dockerfile }) => path.join(directory, dockerfile)))]),
  };
});

function hadolintCount(files) {
  const hadolint = peer('hadolint');
  if (hadolint === undefined || files.length === 0) return undefined;
  const { stdout } = spawnSync(hadolint, ['--format', 'json', ...files], { encoding: 'utf8', maxBuffer: 1 << 30 });
  return JSON.parse(stdout).filter(({ level }) => level === 'error' || level === 'warning').length;
}

const empty = rows.filter(({ files }) => files === 0);
if (empty.length > 0) {
  console.error(`No Dockerfile in ${empty.map(({ directory }) => directory).join(', ')}: nothing was measured.`);
  process.exit(2);
}

const total = { files: 0, severe: 0 };
console.log(machine());
printTable(
  'Findings at warning or above in expert-written files',
  ['directory', 'files', 'plimsoll', 'a file', 'hadolint', 'a file'],
  rows.map(({ directory, files, severe, hadolint }) => {
    total.files += files;
    total.severe += severe.length;
    const share = (count) => (count === undefined ? 'not installed' : (count / files).toFixed(2));
    return [path.basename(directory), files, severe.length, share(severe.length), hadolint ?? '', share(hadolint)];
  }),
);
console.log(
  `\nall: ${total.severe} in ${total.files} files, ${verdict(Number((total.severe / total.files).toFixed(3)), 0.3, ' a file')}`,
);
for (const { severe } of rows)
  for (const { path: file, line, rule, message } of severe) console.log(`  ${file}:${line} ${rule}: ${message}`);
