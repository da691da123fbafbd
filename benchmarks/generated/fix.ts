// Generates and mutates Dockerfiles, repairs them with the engine of «plimsoll fix», and asks BuildKit: what it accepted before it must
// accept afterwards, without a new warning; no comment may be lost, and a second run must have nothing left to do. Ends with 1 otherwise.
//
//     node benchmarks/run.mjs generated/fix ORACLE [--count 100000] [--seed N] [--from DIRECTORY]
//
// --from  mutates the Dockerfiles of a corpus, too: half of the files. Even chunks get the safe fixes of the recommended rules, odd ones
// the fixes with a question, too, of all rules.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { encodeArtifact } from '../../src/core/artifact.ts';
import { fixableDockerfile, mutate, mutation } from '../../tests/dockerfile/arbitrary-fixable.ts';
import { askBuildKit, newWarnings } from '../corpus/buildkit-verdicts.ts';
import { lostComments, readText, repairDirectory, table } from '../corpus/fix-results.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '20261126' },
    from: { type: 'string' },
    keep: { type: 'string' },
    chunk: { type: 'string', default: '500' },
  },
});
const [oracle] = positionals;
if (oracle === undefined) throw new Error('usage: generated/fix ORACLE [--count N] [--seed N] [--from DIRECTORY]');
const count = Number(values.count);
const chunkSize = Number(values.chunk);
const originals = values.from
  ? readdirSync(values.from)
      .filter((file) => /dockerfile/i.test(file))
      .map((file) => readText(path.join(values.from ?? '', file)))
      .filter((text) => text.length < 6000)
  : [];
const totals = { files: 0, accepted: 0, changed: 0, fixes: 0, withdrawn: 0, incomplete: 0 };
const faults: string[] = [];
const reasons = new Map<string, number>();
const started = performance.now();

for (let chunk = 0; totals.files < count; chunk++) {
  const size = Math.min(chunkSize, count - totals.files);
  await runChunk(chunk, generate(Number(values.seed) + chunk, size));
  const seconds = Math.round((performance.now() - started) / 1000);
  console.error(`${totals.files} files, ${totals.changed} changed, ${faults.length} faults, ${seconds} s`);
}
console.log(
  table([
    ['files', String(totals.files)],
    ['accepted by BuildKit', String(totals.accepted)],
    ['changed', String(totals.changed)],
    ['fixes', String(totals.fixes)],
    ['fixes taken back', String(totals.withdrawn)],
    ['chunks not complete', String(totals.incomplete)],
    ['refused after the fix', String(faults.filter((fault) => fault.startsWith('refused')).length)],
    ['new warnings of BuildKit', String(faults.filter((fault) => fault.startsWith('warned')).length)],
    ['with a comment less', String(faults.filter((fault) => fault.startsWith('comment')).length)],
    ['changed by a second run', String(faults.filter((fault) => fault.startsWith('again')).length)],
    ['seconds', ((performance.now() - started) / 1000).toFixed(0)],
  ]),
);
for (const [reason, times] of [...reasons].sort(([, a], [, b]) => b - a).slice(0, 40))
  console.log(`${times} × ${reason}`);
for (const fault of faults.slice(0, 200)) console.log(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

/** The same for the same seed. */
function generate(seed: number, size: number): string[] {
  const made = fc.sample(fixableDockerfile, { numRuns: size, seed });
  const mutations = fc.sample(mutation, { numRuns: size, seed });
  return made.map((text, at) => {
    const original =
      originals.length > 0 && at % 2 === 1 ? originals[(seed * 7919 + at * 31) % originals.length] : text;
    return mutate(original ?? text, mutations[at] ?? { kind: 'none', at: 0, to: 0 });
  });
}

async function runChunk(chunk: number, texts: readonly string[]): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-generated-'));
  const result = path.join(directory, 'after');
  const before = path.join(directory, 'before');
  for (const each of [before, result]) mkdirSync(each);
  const names = texts.map((_, at) => `${String(at).padStart(5, '0')}.Dockerfile`);
  for (const [at, name] of names.entries()) {
    writeFileSync(path.join(before, name), texts[at] ?? '');
    writeFileSync(path.join(result, name), texts[at] ?? '');
  }
  const [preset, review] = chunk % 2 === 0 ? (['recommended', false] as const) : (['all', true] as const);
  const repaired = await repairDirectory(before, preset, review);
  for (const { path: file, after } of repaired.changed) writeFileSync(path.join(result, file), encodeArtifact(after));
  const verdicts = askBuildKit(
    names.map((name) => path.join(before, name)),
    oracle,
  );
  const changed = new Map(repaired.changed.map((file) => [file.path, file]));
  const after = askBuildKit(
    [...changed.keys()].map((name) => path.join(result, name)),
    oracle,
  );
  const verdictOf = new Map(names.map((name, at) => [name, verdicts[at]]));
  const report = (kind: string, name: string, more = '') => {
    faults.push(`${kind}: chunk ${chunk} ${name} ${rulesIn(repaired, name)} ${more}`);
    if (values.keep === undefined) return;
    mkdirSync(values.keep, { recursive: true });
    writeFileSync(path.join(values.keep, `${kind}-${chunk}-${name}`), changed.get(name)?.before?.text ?? '');
    writeFileSync(path.join(values.keep, `${kind}-${chunk}-${name}.after`), changed.get(name)?.after.text ?? '');
  };
  for (const [at, [name, file]] of [...changed].entries()) {
    const verdict = verdictOf.get(name);
    if (verdict?.accepted && !after[at]?.accepted) report('refused', name, after[at]?.error);
    for (const warning of newWarnings(verdict, after[at])) report('warned', name, warning);
    if (lostComments(file.before?.text ?? '', file.after.text).length > 0) report('comment', name);
  }
  // What the first run left alone is the same text still, and the second would leave it alone again.
  for (const name of names) if (!changed.has(name)) rmSync(path.join(result, name));
  const second = await repairDirectory(result, preset, review);
  for (const { path: name } of second.changed) report('again', name, rulesIn(second, name));
  for (const { finding, reason } of repaired.withdrawn) {
    const key = `${finding.rule}: ${reason.replace(/ at \S+:\d+| at line \d+|line \d+/g, '').slice(0, 150)}`;
    reasons.set(key, (reasons.get(key) ?? 0) + 1);
  }
  totals.files += texts.length;
  totals.accepted += verdicts.filter(({ accepted }) => accepted).length;
  totals.changed += changed.size;
  totals.fixes += repaired.applied.length;
  totals.withdrawn += repaired.withdrawn.length;
  totals.incomplete += repaired.complete ? 0 : 1;
  rmSync(directory, { recursive: true });
}

function rulesIn({ applied }: Awaited<ReturnType<typeof repairDirectory>>, name: string): string {
  return [
    ...new Set(applied.filter(({ finding }) => finding.locations[0].path === name).map(({ finding }) => finding.rule)),
  ].join(' ');
}
