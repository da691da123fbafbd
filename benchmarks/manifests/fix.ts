// Repairs repositories with Kubernetes manifests and Compose files, and holds the result against a real API server: what it took it must
// still take; a second run must have nothing left to do; no comment may be lost. Ends with 1 when one of these does not hold.
//
//     scripts/cluster up DIR api
//     node benchmarks/run.mjs manifests/fix DIR/kubeconfig REPOSITORY... [--review] [--keep]
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encodeArtifact } from '../../src/core/artifact.ts';
import { fixClass } from '../../src/core/fix.ts';
import { splitDocuments } from '../../src/kubernetes/read-yaml.ts';
import { diffLines, median, missingOf, repairDirectory, table } from '../corpus/fix-results.ts';
import { askApiServer } from './api-server.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { review: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
});
const [kubeconfig, ...directories] = positionals;
if (kubeconfig === undefined || directories.length === 0)
  throw new Error('usage: manifests/fix KUBECONFIG REPOSITORY... [--review] [--keep]');

interface Row {
  readonly name: string;
  readonly files: number;
  readonly changed: number;
  readonly documents: number;
  readonly accepted: number;
  readonly acceptedAfter: number;
  readonly newlyRefused: number;
  readonly fixes: number;
  readonly withdrawn: number;
  readonly changedAgain: number;
  readonly lostComments: number;
  readonly seconds: number;
}

const rows: Row[] = [];
const lines: number[] = [];
const byRule = new Map<string, { safe: number; review: number }>();
const withdrawnBy = new Map<string, number>();
for (const directory of directories) rows.push(await judge(path.resolve(directory)));

const sum = (read: (row: Row) => number) => rows.reduce((total, row) => total + read(row), 0);
const header = [
  'repository',
  'files changed',
  'documents',
  'accepted',
  'after',
  'refused',
  'fixes',
  'taken back',
  'again',
  'comments lost',
  's',
];
const cells = (row: Row) => [
  row.name,
  row.changed,
  row.documents,
  row.accepted,
  row.acceptedAfter,
  row.newlyRefused,
  row.fixes,
  row.withdrawn,
  row.changedAgain,
  row.lostComments,
  Math.round(row.seconds),
];
console.log(table([header, ...rows.map(cells)]));
console.log(`\nmedian diff: ${median(lines)} lines a file; fixes by rule:`);
console.log(
  table([
    ['rule', 'safe', 'review', 'taken back'],
    ...[...byRule]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([rule, { safe, review }]) => [rule, safe, review, withdrawnBy.get(rule) ?? 0]),
  ]),
);
process.exitCode =
  sum(({ newlyRefused, changedAgain, lostComments }) => newlyRefused + changedAgain + lostComments) > 0 ? 1 : 0;

async function judge(directory: string): Promise<Row> {
  const first = await repairDirectory(directory, 'recommended', values.review);
  for (const { finding, class: kind } of first.applied) {
    const counted = byRule.get(finding.rule) ?? { safe: 0, review: 0 };
    if (kind === 'safe') counted.safe++;
    else counted.review++;
    byRule.set(finding.rule, counted);
  }
  for (const { finding, reason } of first.withdrawn) {
    withdrawnBy.set(finding.rule, (withdrawnBy.get(finding.rule) ?? 0) + 1);
    console.error(
      `taken back: ${finding.locations[0].path}:${finding.locations[0].start.line} ${finding.rule}: ${reason}`,
    );
  }
  const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-fixed-'));
  cpSync(directory, scratch, { recursive: true });
  for (const { path: file, after } of first.changed) writeFileSync(path.join(scratch, file), encodeArtifact(after));
  const second = await repairDirectory(scratch, 'recommended', values.review);
  for (const { finding } of second.applied)
    console.error(`again: ${finding.locations[0].path}:${finding.locations[0].start.line} ${finding.rule}`);
  if (values.keep) console.error(`kept: ${scratch}`);
  else rmSync(scratch, { recursive: true, force: true });

  const manifests = first.changed.filter(({ path: file }) => /\.(?:ya?ml|json)$/.test(file));
  for (const file of manifests) lines.push(diffLines(file));
  const pairs = manifests.flatMap(({ path: file, before, after }) => {
    const olds = before ? documentsOf(before.text) : [];
    const news = documentsOf(after.text);
    // New documents come last.
    return news.map((text, index) => ({ file, before: olds[index], after: text }));
  });
  const before = askApiServer(
    kubeconfig ?? '',
    pairs.map((pair) => pair.before ?? ''),
  );
  const after = askApiServer(
    kubeconfig ?? '',
    pairs.map((pair) => pair.after),
  );
  let newlyRefused = 0;
  for (const [index, pair] of pairs.entries()) {
    const isRefused =
      after[index]?.accepted === false && (pair.before === undefined || before[index]?.accepted === true);
    if (!isRefused) continue;
    newlyRefused++;
    console.error(`newly refused: ${pair.file}: ${after[index]?.says}\n${pair.after}`);
  }
  const lost = manifests.flatMap((file) => (file.before ? lostComments(file.before.text, file.after.text) : []));
  for (const comment of lost) console.error(`comment lost: ${comment}`);
  const known = pairs.filter((pair) => pair.before !== undefined);
  return {
    name: path.basename(directory),
    files: first.files,
    changed: first.changed.length,
    documents: known.length,
    accepted: pairs.filter((pair, index) => pair.before !== undefined && before[index]?.accepted).length,
    acceptedAfter: pairs.filter((pair, index) => pair.before !== undefined && after[index]?.accepted).length,
    newlyRefused,
    fixes: first.applied.filter(({ fix }) => fixClass(fix) !== undefined).length,
    withdrawn: first.withdrawn.length,
    changedAgain: second.changed.length,
    lostComments: lost.length,
    seconds: first.seconds,
  };
}

function documentsOf(text: string): string[] {
  return [...splitDocuments(text)]
    .map(({ start, end }) => text.slice(start, end))
    .filter((document) => document.replace(/^---|#.*$/gm, '').trim() !== '');
}

/** Comments of YAML that the other text has not, or not as often. */
function lostComments(before: string, after: string): string[] {
  return missingOf(commentsOf(before), commentsOf(after));
}

function commentsOf(text: string): string[] {
  return [...text.matchAll(/(?:^|[ \t])(#[^\r\n]*)/gm)].map(([, comment]) => (comment ?? '').trim());
}
