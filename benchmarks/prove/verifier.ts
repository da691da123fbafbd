// Measures the verifier of `plimsoll prove`: applications that work (benchmarks/prove/applications) are changed in ways that break them and in
// ways that do not, built by the tests' own Docker Engine, and tried beside two builds of the original. What is counted is what trials alone see.
//
//     node benchmarks/run.mjs prove/verifier [--only APPLICATION] [--at-once N] [--results FILE] [--go-on] [--table FILE]
//
// --only APPLICATION  one of them
// --at-once N         applications at a time (default 3)
// --results FILE      one line of JSON a change
// --go-on             what FILE has already is not measured again: a run that was stopped goes on
// --table FILE        writes the table of docs/prove-verifier.md
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BehaviourComparison } from '../../src/core/evidence.ts';
import type { BuiltImage, EngineAddress } from '../../src/prove/build.ts';
import type { Trial } from '../../src/prove/trial.ts';
import { compareTrials } from '../../src/prove/trials/compare-trials.ts';
import { openEngineRunner } from '../../src/prove/trials/engine-runner.ts';
import { applicationNames, type Change, changesOf, layOut } from './application.ts';
import { buildWith } from './engine-build.ts';
import { verifierTable } from './verifier-table.ts';

export interface Verdict {
  readonly application: string;
  readonly title: string;
  readonly breaks: string | null;
  readonly verdict: BehaviourComparison['verdict'] | 'does not build';
  /** The first difference, or why it is not known. */
  readonly said: string;
  readonly seconds: number;
}

const preface = `# The verifier, measured

\`plimsoll prove\` says whether a repaired image is still the same program ([what it looks at](prove.md)). This page shows how far its word can be trusted.

Working applications were changed on purpose: in ways that break them, and in ways that do not. Docker Engine built each changed one. It was tried beside two builds
of the original. A change is «caught» where the verdict was «different». A «false alarm» is that verdict for a harmless change, or none at all. What counts here is
what a program does when it runs; files are not compared. The limits: at least 95 % caught, under 2 % false alarms.

Written by \`npm run benchmarks:verifier\`.

`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    'at-once': { type: 'string', default: '3' },
    results: { type: 'string', default: '.cache/verifier.jsonl' },
    'go-on': { type: 'boolean', default: false },
    table: { type: 'string' },
  },
});
const socket = execFileSync('scripts/engine', ['up'], { encoding: 'utf8' }).trim();
const engine: EngineAddress = {
  kind: 'docker',
  client: [process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker', '-H', `unix://${socket}`],
};
const begun = performance.now();
if (!values['go-on']) rmSync(values.results, { force: true });
const names = applicationNames().filter((name) => values.only === undefined || name === values.only);
const verdicts: Verdict[] = existsSync(values.results) ? earlierVerdicts(values.results) : [];
const signal = new AbortController().signal;
const waiting = [...names];
await Promise.all(
  Array.from({ length: Number(values['at-once']) }, async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await measure(name);
  }),
);
const table = verifierTable(names, verdicts);
console.log(table);
console.log(`${Math.round((performance.now() - begun) / 1000)} s`);
if (values.table !== undefined) writeFileSync(values.table, `${preface}${table}`);

/** What an earlier run found of changes that are still made, and did build. */
function earlierVerdicts(file: string): Verdict[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const earlier = new Map(
    lines.map((line) => {
      const verdict: Verdict = JSON.parse(line);
      return [`${verdict.application}: ${verdict.title}`, verdict];
    }),
  );
  return names.flatMap((name) =>
    changesOf(name).flatMap(({ title, breaks }) => {
      const found = earlier.get(`${name}: ${title}`);
      return found === undefined || found.verdict === 'does not build' ? [] : [{ ...found, breaks }];
    }),
  );
}

async function measure(name: string): Promise<void> {
  const known = new Set(verdicts.flatMap(({ application, title }) => (application === name ? [title] : [])));
  const changes = changesOf(name).filter(({ title }) => !known.has(title));
  if (changes.length === 0) return;
  const runner = await openEngineRunner(engine);
  try {
    const one = await buildAndTry(name, undefined, 'no cache');
    const other = await buildAndTry(name, undefined, 'no cache');
    if (one === undefined || other === undefined) throw new Error(`${name} does not build`);
    const still = compareTrials(one, other, one);
    if (still.verdict !== 'same') throw new Error(`${name} does not work by itself: ${said(still)}`);
    for (const { name: what, why } of still.unproved) console.error(`${name}: ${what}: ${why}`);
    for (const change of changes) {
      const start = performance.now();
      const trial = await buildAndTry(name, change, 'cache');
      const comparison = trial && compareTrials(one, other, trial);
      const verdict: Verdict = {
        application: name,
        title: change.title,
        breaks: change.breaks,
        verdict: comparison?.verdict ?? 'does not build',
        said: comparison === undefined ? '' : said(comparison),
        seconds: Math.round((performance.now() - start) / 100) / 10,
      };
      verdicts.push(verdict);
      appendFileSync(values.results, `${JSON.stringify(verdict)}\n`);
      console.error(`${name}: ${change.title}: ${verdict.verdict}${verdict.said && `: ${verdict.said}`}`);
    }
  } finally {
    await runner.close();
  }

  async function buildAndTry(
    of: string,
    change: Change | undefined,
    cache: 'cache' | 'no cache',
  ): Promise<Trial | undefined> {
    const { context, plan, remove } = await layOut(of, change);
    let image: BuiltImage | undefined;
    try {
      image = await buildWith(engine, context, cache);
      return image && (await runner.try(image, plan, signal));
    } finally {
      remove();
      if (image !== undefined)
        execFileSync(engine.client[0] ?? '', [...engine.client.slice(1), 'image', 'rm', '-f', image.tag]);
    }
  }
}

function said({ differences, why }: BehaviourComparison): string {
  const [first] = differences;
  return first === undefined ? (why ?? '') : `${first.name}: ${first.message}`;
}
