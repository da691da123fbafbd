// Checks the direction of dependency (DESIGN.md section 4): a stratum imports only from the strata to its right, folders of one
// stratum do not import each other, and a folder's `internal/` is imported by that folder alone.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Left to right as DESIGN.md draws them. A folder that is in none is an error: it has to be placed. */
const strata = [
  ['cli', 'server'],
  ['audit', 'report', 'fix', 'init', 'prove', 'optimize', 'observe', 'maintain', 'respond', 'history', 'pipelines'],
  ['rules'],
  ['repairs'],
  ['project'],
  ['dockerfile', 'context', 'kubernetes', 'image', 'vulnerabilities'],
  ['ecosystems', 'bases'],
  ['core'],
];

const source = path.join(path.dirname(fileURLToPath(import.meta.url)), '../src');
const problems = [];

for (const file of readdirSync(source, { recursive: true }).filter((name) => name.endsWith('.ts'))) {
  const from = file.split(path.sep);
  const text = readFileSync(path.join(source, file), 'utf8');
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
    const target = path.relative(source, path.join(source, path.dirname(file), specifier)).split(path.sep);
    const complaint = judge(from, target);
    if (complaint) problems.push(`src/${file}: imports ${target.join('/')}: ${complaint}`);
  }
}

function judge(from, target) {
  if (target[0] === '..') return undefined;
  const internal = target.indexOf('internal');
  if (internal > 0 && from.slice(0, internal).join('/') !== target.slice(0, internal).join('/'))
    return 'internal to its folder';
  if (from[0] === target[0] || target.length === 1) return undefined;
  const fromStratum = strata.findIndex((folders) => folders.includes(from[0]));
  const targetStratum = strata.findIndex((folders) => folders.includes(target[0]));
  if (fromStratum === -1) return `the folder ${from[0]} has no stratum in scripts/check-layers.mjs`;
  if (targetStratum === -1) return `the folder ${target[0]} has no stratum in scripts/check-layers.mjs`;
  if (targetStratum === fromStratum) return 'folders of one stratum do not import each other';
  if (targetStratum < fromStratum) return 'against the direction of dependency';
  return undefined;
}

for (const problem of problems) console.error(problem);
console.log(`layers: ${problems.length === 0 ? 'kept' : `${problems.length} broken`}`);
process.exitCode = problems.length === 0 ? 0 : 1;
