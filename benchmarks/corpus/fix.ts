// Repairs a corpus of Dockerfiles with the engine of «plimsoll fix» and holds the result against BuildKit: what it accepted it must
// still accept, without a new warning; a second run must have nothing left to do; no comment may be lost, and what no fix touched stays
// byte for byte. Ends with 1 when one of these does not hold.
//
//     node benchmarks/run.mjs corpus/fix DIRECTORY ORACLE [--preset all] [--review] [--online] [--peers TALLY] [--keep]
//
// --titles  what each rule's fixes do, with the number of files
// --review  the fixes with a question, too          --peers  what tally's safe fixes make of the same files
// --online  with a stand-in for the registries that knows every image and every package
// --keep    leaves the results where they were written, and says where
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { areas } from '../../src/core/area.ts';
import { encodeArtifact } from '../../src/core/artifact.ts';
import type { Finding } from '../../src/core/finding.ts';
import { fixClass } from '../../src/core/fix.ts';
import { askBuildKit, newWarnings } from './buildkit-verdicts.ts';
import {
  type CorpusRepair,
  diffLines,
  hasFix,
  knowsAll,
  lostComments,
  median,
  type Preset,
  repairDirectory,
  table,
  waitsForOnline,
} from './fix-results.ts';
import { repairWithTally } from './fix-with-tally.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    preset: { type: 'string', default: 'recommended' },
    review: { type: 'boolean', default: false },
    peers: { type: 'string' },
    online: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    titles: { type: 'boolean', default: false },
  },
});
const [directory, oracle] = positionals;
if (directory === undefined || oracle === undefined)
  throw new Error('usage: corpus/fix DIRECTORY ORACLE [--preset all] [--review] [--online] [--peers TALLY] [--keep]');
const preset: Preset = values.preset === 'all' ? 'all' : 'recommended';
const original = path.resolve(directory);
const online = values.online ? knowsAll : undefined;

const first = await repairDirectory(original, preset, values.review, online);
const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-fixes-'));
// With all that stands around the Dockerfiles: a fix depends on contexts and on what runs the image.
cpSync(original, scratch, { recursive: true });
for (const { path: file, after } of first.changed) {
  mkdirSync(path.dirname(path.join(scratch, file)), { recursive: true });
  writeFileSync(path.join(scratch, file), encodeArtifact(after));
}
const second = await repairDirectory(scratch, preset, values.review, online);

const dockerfiles = first.changed.filter(({ before }) => before !== undefined);
const verdicts = askBuildKit(
  dockerfiles.map(({ path: file }) => path.join(original, file)),
  oracle,
);
const verdictsAfter = askBuildKit(
  dockerfiles.map(({ path: file }) => path.join(scratch, file)),
  oracle,
);
const faults: string[] = [];
const refused = dockerfiles.filter((_, at) => verdicts[at]?.accepted && !verdictsAfter[at]?.accepted);
for (const { path: file } of refused) faults.push(`refused: ${file}`);
const warned = dockerfiles.flatMap(({ path: file }, at) =>
  newWarnings(verdicts[at], verdictsAfter[at]).map((warning) => `${file}: ${warning}`),
);
for (const each of warned) faults.push(`warned: ${each}`);
for (const { path: file, places } of second.changed)
  faults.push(`again: ${file}: ${rulesOf(second, new Set(places.flatMap(({ fixes }) => fixes)))}`);
const lost = dockerfiles.filter(({ before, after }) => lostComments(before?.text ?? '', after.text).length > 0);
for (const { path: file } of lost) faults.push(`comment: ${file}`);
const touched = dockerfiles.filter(({ before, after, places }) => {
  const kept = (text: string, side: 'before' | 'after') =>
    places.reduceRight((rest, place) => rest.slice(0, place[side].start) + rest.slice(place[side].end), text);
  return kept(before?.text ?? '', 'before') !== kept(after.text, 'after');
});
for (const { path: file } of touched) faults.push(`touched: ${file}`);

printResult();
if (values.peers) console.log(`\n${repairWithTally(values.peers, original, oracle)}`);
for (const fault of faults.slice(0, 60)) console.log(fault);
if (values.keep) console.log(scratch);
else rmSync(scratch, { recursive: true });
process.exitCode = faults.length === 0 ? 0 : 1;

function printResult(): void {
  const lines = dockerfiles.map(diffLines);
  console.log(
    table([
      [
        'preset, classes',
        `${preset}, ${values.review ? 'safe and review' : 'safe'}${online ? ', online (stand-in)' : ''}`,
      ],
      ['files', String(first.files)],
      ['changed', String(first.changed.length)],
      ['fixes', String(first.applied.length)],
      ['diff lines, all', String(lines.reduce((sum, count) => sum + count, 0))],
      ['diff lines, median of a changed file', String(median(lines))],
      ['refused by BuildKit that were accepted', String(refused.length)],
      ['new warnings of BuildKit', String(warned.length)],
      ['changed by a second run', String(second.changed.length)],
      ['files with a comment less', String(lost.length)],
      ['files changed where no fix was', String(touched.length)],
      ['fixes taken back', String(first.withdrawn.length)],
      ['rounds', `${first.rounds}${first.complete ? '' : ', not complete'}`],
      ['seconds', first.seconds.toFixed(1)],
    ]),
  );
  console.log(`\n${byArea()}\n\n${byRule()}`);
  if (values.titles) console.log(`\n${byTitle()}`);
  if (first.withdrawn.length > 0) console.log(`\n${takenBack()}`);
}

/** Findings that went, and findings with a fix, of either class. */
function byArea(): string {
  const row = (name: string, of: (finding: Finding) => boolean) => {
    const before = first.before.filter(of);
    const after = first.after.filter(of);
    const share = (count: number) => (before.length === 0 ? '' : `${Math.round((100 * count) / before.length)} %`);
    const safe = before.filter(({ fix }) => fix && fixClass(fix) === 'safe').length;
    const fixable = before.filter(hasFix).length;
    const asked = fixable + before.filter(waitsForOnline).length;
    return [name, before.length, share(before.length - after.length), share(safe), share(fixable), share(asked)];
  };
  return table([
    ['area', 'found', 'gone', 'with a safe fix', 'with a fix', 'and with --online'],
    ...areas.map((area) => row(area, (finding) => finding.area === area)).filter(([, count]) => count !== 0),
    row('errors and warnings', ({ severity }) => severity !== 'note'),
    row('all', () => true),
  ]);
}

function byRule(): string {
  const counts = new Map<string, { fixes: number; files: Set<string> }>();
  for (const { finding } of first.applied) {
    const known = counts.get(finding.rule) ?? { fixes: 0, files: new Set<string>() };
    counts.set(finding.rule, known);
    known.fixes += 1;
    known.files.add(finding.locations[0].path);
  }
  const rows = [...counts].sort(([, a], [, b]) => b.files.size - a.files.size);
  return table([['rule', 'fixes', 'files'], ...rows.map(([rule, { fixes, files }]) => [rule, fixes, files.size])]);
}

/** Each kind of transform: titles without the names that they hold. */
function byTitle(): string {
  const kinds = new Map<string, { files: Set<string>; example: string }>();
  for (const { finding } of first.applied) {
    const { path: file, start } = finding.locations[0];
    const kind = `${finding.rule}: ${kindOf(finding.fix?.title ?? '')}`;
    const known = kinds.get(kind) ?? { files: new Set<string>(), example: `${file}:${start.line}` };
    kinds.set(kind, known);
    known.files.add(file);
  }
  const rows = [...kinds].sort(([a, left], [b, right]) => right.files.size - left.files.size || (a < b ? -1 : 1));
  return table([
    ['transform', 'files', 'for instance'],
    ...rows.map(([kind, { files, example }]) => [kind, files.size, example]),
  ]);
}

/** What names something of the file (a path, an image, packages, a number) becomes one sign. */
function kindOf(title: string): string {
  return title.replace(/(?:\S*[/:.=\d_$~-]\S*|«[^»]*»)/g, '…').replace(/…(?:(?:,| and| or)? …)+/g, '…');
}

function takenBack(): string {
  const counts = new Map<string, { count: number; example: string }>();
  for (const { finding, reason } of first.withdrawn) {
    const { path: file, start } = finding.locations[0];
    const key = `${finding.rule}: ${reason.replace(/ at [^ ]+:\d+|line \d+/g, '')}`;
    const known = counts.get(key);
    counts.set(key, { count: (known?.count ?? 0) + 1, example: known?.example ?? `${file}:${start.line}` });
  }
  return table([
    ['taken back', 'fixes', 'for instance'],
    ...[...counts].sort(([, a], [, b]) => b.count - a.count).map(([key, { count, example }]) => [key, count, example]),
  ]);
}

function rulesOf({ applied }: CorpusRepair, ids: ReadonlySet<number>): string {
  return [...new Set(applied.filter(({ id }) => ids.has(id)).map(({ finding }) => finding.rule))].join(' ');
}
