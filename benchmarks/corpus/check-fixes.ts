// Applies every fix to every Dockerfile of a corpus and holds the result against BuildKit: what it accepted it must still accept, a
// second run must have nothing left to change, no comment may be lost, and what no edit touches stays byte for byte.
//
//     node benchmarks/run.mjs corpus/check-fixes DIRECTORY ORACLE [--review]     --review: the fixes with a question, too
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runRules } from '../../src/audit/run-rules.ts';
import { settingsFrom } from '../../src/audit/settings.ts';
import { encodeArtifact } from '../../src/core/artifact.ts';
import type { Finding } from '../../src/core/finding.ts';
import { applyEdits, fixClass, type TextEdit } from '../../src/core/fix.ts';
import type { Dockerfile } from '../../src/dockerfile/dockerfile.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { noConfiguration } from '../../src/project/configuration.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { rules } from '../../src/rules/generated.ts';

const [directory, oracle] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
if (directory === undefined || oracle === undefined) throw new Error('usage: check-fixes DIRECTORY ORACLE [--review]');
const withReview = process.argv.includes('--review');
const settings = settingsFrom(noConfiguration, { only: [], skip: [], preset: 'all' });

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-fixes-'));
const before = await loadProject({ kind: 'directory', path: path.resolve(directory) });
const results = fixAll(before.dockerfiles, runRules(before, rules, settings, '2026-11-24'));
const changed = results.filter(({ text, original }) => text !== original.text);
// With all that stands around the Dockerfiles: a fix depends on contexts and on what runs the image.
cpSync(path.resolve(directory), scratch, { recursive: true });
for (const { original, text } of changed) write(original, text);
const after = await loadProject({ kind: 'directory', path: scratch });
// Where two fixes wanted the same place one of them waits for the next run, as in the fix command.
const waiting = new Set(results.filter(({ skipped }) => skipped > 0).map(({ original }) => original.path));
const second = fixAll(after.dockerfiles, runRules(after, rules, settings, '2026-11-24')).filter(
  ({ text, original }) => text !== original.text && !waiting.has(original.path),
);

const accepted = verdicts(changed.map(({ original }) => path.resolve(directory, original.path)));
const acceptedAfter = verdicts(changed.map(({ original }) => path.join(scratch, original.path)));
const refused = changed.filter((_, at) => accepted[at] && !acceptedAfter[at]);
const lost = changed.filter(
  ({ original, text }) => comments(parseDockerfile({ ...original, text })) < comments(original),
);
console.log(
  `${results.length} files, ${changed.length} changed by ${results.reduce((sum, { fixes }) => sum + fixes, 0)} fixes (${withReview ? 'safe and review' : 'safe'})`,
);
console.log(`refused by BuildKit although the original was accepted: ${refused.length}`);
console.log(`changed again by a second run: ${second.length} (${waiting.size} files had two fixes for one place)`);
console.log(`with a comment less: ${lost.length}`);
for (const { original } of [...refused, ...lost].slice(0, 20)) console.log(`  ${original.path}`);
for (const { original, rules: names } of second.slice(0, 20))
  console.log(`  again: ${original.path} ${names.join(' ')}`);
if (process.argv.includes('--keep')) console.log(scratch);
else rmSync(scratch, { recursive: true });
process.exitCode = refused.length + second.length + lost.length === 0 ? 0 : 1;

interface Fixed {
  readonly original: Dockerfile;
  readonly text: string;
  readonly fixes: number;
  readonly rules: readonly string[];
  /** Fixes that wanted a place that another one had. */
  readonly skipped: number;
}

function fixAll(dockerfiles: readonly Dockerfile[], findings: readonly Finding[]): Fixed[] {
  const byPath = new Map<string, Finding[]>();
  for (const finding of findings) {
    const wanted = finding.fix && fixClass(finding.fix);
    if (wanted === undefined || (wanted === 'review' && !withReview)) continue;
    const { path: file } = finding.locations[0];
    byPath.set(file, [...(byPath.get(file) ?? []), finding]);
  }
  return dockerfiles.map((original) => {
    const taken: TextEdit[] = [];
    const names: string[] = [];
    let skipped = 0;
    for (const finding of byPath.get(original.path) ?? []) {
      const edits = finding.fix?.changes.edits.filter((edit) => edit.path === original.path) ?? [];
      if (edits.some((edit) => taken.some((other) => overlap(edit, other)))) {
        skipped++;
        continue;
      }
      taken.push(...edits);
      names.push(finding.rule);
    }
    return { original, text: applyEdits(original.text, taken), fixes: names.length, rules: names, skipped };
  });
}

function overlap(a: TextEdit, b: TextEdit): boolean {
  return a.range.start < b.range.end && b.range.start < a.range.end;
}

function comments(dockerfile: Dockerfile): number {
  return dockerfile.syntax.items.reduce(
    (sum, item) => sum + (item.kind === 'comment' ? 1 : item.kind === 'instruction' ? item.innerComments.length : 0),
    0,
  );
}

function write(original: Dockerfile, text: string): void {
  const file = path.join(scratch, original.path);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, encodeArtifact({ text, encoding: original.encoding }));
}

function verdicts(files: readonly string[]): boolean[] {
  if (files.length === 0) return [];
  const output = execFileSync(oracle ?? '', ['dockerfile'], {
    input: files.join('\n'),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).accepted === true);
}
