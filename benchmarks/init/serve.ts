// Tries `plimsoll init` on applications that it has never seen: their own Docker and Kubernetes files are removed unread, what init writes is
// built by a real Docker Engine, and the image is run as a restricted pod would run it and asked over HTTP.
//
//     node benchmarks/run.mjs init/serve GIT-DIRECTORY... [--results FILE] [--again] [--only NAME]
//
// GIT-DIRECTORY   a clone or a bare repository; its name is taken from its path: `owner+name/repo`, `owner_name` and `name` are known
// --results FILE  one line of JSON an application; those that are in it already are not tried again, so that a run can go on (default
//                 .cache/init-results.jsonl). The table of all that are in it is printed at the end.
// --again         tries those again, too
// --only NAME     only those whose name holds this
//
// applications.json beside this file says what the environment gives to which of them, and which service they cannot run without.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { resultTable, summary } from './results.ts';
import { type Given, type Result, tryApplication } from './trial.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    results: { type: 'string', default: '.cache/init-results.jsonl' },
    again: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
if (positionals.length === 0)
  throw new Error('usage: init/serve GIT-DIRECTORY... [--results FILE] [--again] [--only NAME]');

const given: Readonly<Record<string, Given>> = JSON.parse(readFileSync('benchmarks/init/applications.json', 'utf8'));
const results = new Map(readResults().map((result) => [result.name, result]));

for (const directory of positionals) {
  const name = nameOf(directory);
  if (values.only !== undefined && !name.includes(values.only)) continue;
  if (results.has(name) && !values.again) continue;
  const result = await tryApplication(name, path.resolve(directory), given[name] ?? {});
  results.set(name, result);
  console.error(`${name}: ${result.outcome}${result.reason ? `: ${result.reason}` : ''}`);
  save();
}
console.log(resultTable([...results.values()]));
console.log(summary([...results.values()]));

/** `owner/name` of a path such as `…/owner+name/repo`. */
function nameOf(directory: string): string {
  const parts = path
    .resolve(directory)
    .split(path.sep)
    .filter((part) => part !== 'repo' && part !== '.git');
  const last = (parts.at(-1) ?? directory).replace(/\.git$/, '');
  return last.replace(/^([A-Za-z0-9-]+)[+_]/, '$1/');
}

function readResults(): Result[] {
  if (!existsSync(values.results)) return [];
  return readFileSync(values.results, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function save(): void {
  mkdirSync(path.dirname(path.resolve(values.results)), { recursive: true });
  writeFileSync(values.results, [...results.values()].map((result) => `${JSON.stringify(result)}\n`).join(''));
}
