// What keeps the repairs of a corpus from being safe: by rule, how many of its errors and warnings have a fix and of which class, and the
// assumptions that code could not check, by how many fixes each of them alone keeps in «review».
//
//     node benchmarks/run.mjs corpus/fix-questions DIRECTORY [RULE]
import { fixClass } from '../../src/core/fix.ts';
import { repairDirectory, table } from './fix-results.ts';

const [directory, only] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: corpus/fix-questions DIRECTORY [RULE]');

const { before } = await repairDirectory(directory, 'recommended', false);
const findings = before.filter(({ severity, rule }) => severity !== 'note' && (only === undefined || rule === only));
console.log(`${byRule()}\n\n${byQuestion()}`);

function byRule(): string {
  const rows = new Map<string, { found: number; safe: number; review: number; none: string[] }>();
  for (const { rule, fix, locations } of findings) {
    const row = rows.get(rule) ?? { found: 0, safe: 0, review: 0, none: [] };
    rows.set(rule, row);
    row.found += 1;
    if (!fix) row.none.push(`${locations[0].path.replace('.Dockerfile', '')}:${locations[0].start.line}`);
    else if (fixClass(fix) === 'safe') row.safe += 1;
    else row.review += 1;
  }
  return table([
    ['rule', 'found', 'safe', 'review', 'no fix', 'for instance'],
    ...[...rows]
      .sort(([, a], [, b]) => b.found - a.found)
      .map(([rule, { found, safe, review, none }]) => [rule, found, safe, review, none.length, sample(none)]),
  ]);
}

/** Questions without what they quote. One that is a fix's only unknown is what a check would have to settle. */
function byQuestion(): string {
  const rows = new Map<string, { alone: number; all: number; places: string[] }>();
  for (const { rule, fix, locations } of findings) {
    if (!fix || fixClass(fix) !== 'review') continue;
    const unknown = fix.assumptions.flatMap(({ state, question }) => (state === 'unknown' ? [question ?? ''] : []));
    for (const question of unknown) {
      const key = `${rule}: ${question.replace(/(?:\S*[/:=\d_$~«»]\S*)/g, '…').replace(/…(?: …)+/g, '…')}`;
      const row = rows.get(key) ?? { alone: 0, all: 0, places: [] };
      rows.set(key, row);
      row.all += 1;
      if (unknown.length === 1) row.alone += 1;
      row.places.push(`${locations[0].path.replace('.Dockerfile', '')}:${locations[0].start.line}`);
    }
  }
  return table([
    ['question', 'alone', 'fixes', 'for instance'],
    ...[...rows]
      .sort(([, a], [, b]) => b.alone - a.alone || b.all - a.all)
      .map(([question, { alone, all, places }]) => [question, alone, all, sample(places)]),
  ]);
}

function sample(places: readonly string[]): string {
  return places.filter((_, at) => at % Math.ceil(places.length / 4) === 0).join(' ');
}
