// Lays the distinct Dockerfiles of a git repository flat into a directory, for the corpus benchmarks.
//
//   node benchmarks/corpus/extract.mjs GITDIR OUTDIR
//
// Reads HEAD of GITDIR (a `.git` directory or a bare repository; objects that are missing there are skipped), writes
// OUTDIR/0001.Dockerfile and on, one for each distinct content in the order of their first path, and OUTDIR/index.tsv:
// name, blob id, first path. The files themselves are other people's: they are never committed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [gitDirectory, outDirectory] = process.argv.slice(2);
if (gitDirectory === undefined || outDirectory === undefined) {
  console.error('usage: node benchmarks/corpus/extract.mjs GITDIR OUTDIR');
  process.exit(2);
}

/** Without lazy fetching: an object that is not there is skipped, not asked of a remote. */
function git(args, input) {
  return execFileSync('git', [`--git-dir=${gitDirectory}`, ...args], {
    input,
    env: { ...process.env, GIT_NO_LAZY_FETCH: '1' },
    maxBuffer: 1 << 30,
  });
}

const isDockerfile = (file) => /(?:^|\/)(?:Dockerfile[^/]*|[^/]*\.Dockerfile)$/i.test(file);

/** First path of every distinct Dockerfile blob. */
function dockerfileBlobs() {
  const firstPath = new Map();
  for (const entry of git(['ls-tree', '-r', '-z', 'HEAD']).toString('utf8').split('\0')) {
    const match = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/s.exec(entry);
    if (match && isDockerfile(match[2]) && !firstPath.has(match[1])) firstPath.set(match[1], match[2]);
  }
  return firstPath;
}

/** Contents by blob id, as `git cat-file --batch` prints them. */
function* contents(ids) {
  const output = git(['cat-file', '--batch'], `${ids.join('\n')}\n`);
  for (let at = 0; at < output.length; ) {
    const headerEnd = output.indexOf(10, at);
    const [id, type, size] = output.toString('latin1', at, headerEnd).split(' ');
    at = headerEnd + 1;
    if (type !== 'blob') continue;
    yield [id, output.subarray(at, at + Number(size))];
    at += Number(size) + 1;
  }
}

mkdirSync(outDirectory, { recursive: true });
const firstPath = dockerfileBlobs();
const index = [];
for (const [id, bytes] of contents([...firstPath.keys()])) {
  const name = `${String(index.length + 1).padStart(4, '0')}.Dockerfile`;
  writeFileSync(path.join(outDirectory, name), bytes);
  index.push(`${name}\t${id}\t${firstPath.get(id)}\n`);
}
writeFileSync(path.join(outDirectory, 'index.tsv'), index.join(''));
console.log(`${index.length} distinct Dockerfiles of ${firstPath.size}`);
