/**
 * Compares Plimsoll with BuildKit on a directory of Dockerfiles: who refuses a file and on which line, and on which lines
 * each build check strikes. Exits with 1 when less agrees than the project promises.
 *
 *     npm run compare:buildkit -- DIRECTORY [--all]
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeArtifact } from '../../src/core/artifact.ts';
import type { Dockerfile } from '../../src/dockerfile/dockerfile.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { findBuildCheckHits } from '../../src/dockerfile/reference/build-checks.ts';
import { type BuildCheck, buildChecks } from '../../src/dockerfile/reference/outcome.ts';
import { askBuildKit, type Verdict } from './buildkit-verdicts.ts';

/** Shares of files that must agree: the figures of the issue. */
const leastVerdicts = 0.999;
const leastOfEachCheck = 0.995;

interface Tally {
  readonly name: string;
  files: number;
  agree: number;
  /** Findings of BuildKit and of Plimsoll. */
  theirs: number;
  ours: number;
  readonly differences: string[];
}

function newTally(name: string): Tally {
  return { name, files: 0, agree: 0, theirs: 0, ours: 0, differences: [] };
}

function dockerfilesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?:^|\.)Dockerfile(?:$|[.-])/i.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

function compareVerdict(tally: Tally, file: string, dockerfile: Dockerfile, verdict: Verdict): void {
  const [first] = dockerfile.rejections;
  const agrees = (first === undefined) === verdict.accepted && (first?.line ?? 0) === (verdict.line ?? 0);
  tally.files += 1;
  tally.agree += agrees ? 1 : 0;
  tally.theirs += verdict.accepted ? 0 : 1;
  tally.ours += first === undefined ? 0 : 1;
  if (agrees) return;
  const theirs = verdict.accepted ? 'accepts' : `refuses at ${verdict.line ?? 0}: ${verdict.error}`;
  const ours = first === undefined ? 'accepts' : `refuses at ${first.line}: ${first.message}`;
  tally.differences.push(`${file}\n    BuildKit ${theirs}\n    Plimsoll ${ours}`);
}

function compareCheck(tally: Tally, file: string, ours: readonly string[], theirs: readonly string[]): void {
  const missing = theirs.filter((line) => !ours.includes(line));
  const added = ours.filter((line) => !theirs.includes(line));
  tally.files += 1;
  tally.theirs += theirs.length;
  tally.ours += ours.length;
  if (missing.length + added.length === 0) tally.agree += 1;
  else tally.differences.push(`${file}  missing: ${missing.join(' ') || '-'}  added: ${added.join(' ') || '-'}`);
}

/** Lines, each once: BuildKit's detail holds its own sentence, which is not compared. */
function linesOf(check: BuildCheck, dockerfile: Dockerfile, reachedOnly: boolean): readonly string[] {
  const hits = findBuildCheckHits(dockerfile, check).filter(({ reached }) => reached || !reachedOnly);
  return [...new Set(hits.map(({ line }) => String(line)))];
}

function printTally({ name, files, agree, theirs, ours, differences }: Tally, shown: number): void {
  const share = files === 0 ? 1 : agree / files;
  const figures = `${agree} of ${files} files agree (${(share * 100).toFixed(2)} %)`;
  console.log(`${name.padEnd(33)} ${figures.padEnd(44)} BuildKit ${theirs}, Plimsoll ${ours}`);
  for (const difference of differences.slice(0, shown)) console.log(`  ${difference}`);
  if (differences.length > shown) console.log(`  … and ${differences.length - shown} more`);
}

function compare(directory: string, shown: number): boolean {
  const files = dockerfilesIn(directory);
  const verdicts = new Map(askBuildKit(files).map((verdict) => [verdict.path, verdict]));
  const verdictTally = newTally('refused, on which line');
  const tallies = buildChecks.map((check) => ({ check, tally: newTally(check) }));
  for (const file of files) {
    const dockerfile = parseDockerfile(decodeArtifact(file, readFileSync(file)));
    const verdict = verdicts.get(file);
    if (verdict === undefined) throw new Error(`the oracle said nothing of ${file}`);
    compareVerdict(verdictTally, file, dockerfile, verdict);
    // A file that cannot even be read gets no build checks from BuildKit.
    const wasChecked = verdict.warnings !== undefined;
    for (const { check, tally } of tallies) {
      const theirs = (verdict.warnings ?? []).filter(({ rule }) => rule === check).map(({ line }) => String(line));
      const ours = wasChecked ? linesOf(check, dockerfile, !verdict.accepted) : [];
      compareCheck(tally, file, ours, [...new Set(theirs)]);
    }
  }
  printTally(verdictTally, shown);
  for (const { tally } of tallies) printTally(tally, shown);
  const enough = ({ agree, files: count }: Tally, least: number) => agree >= count * least;
  return enough(verdictTally, leastVerdicts) && tallies.every(({ tally }) => enough(tally, leastOfEachCheck));
}

const [directory, flag] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: npm run compare:buildkit -- DIRECTORY [--all]');
  process.exit(2);
}
process.exitCode = compare(directory, flag === '--all' ? Number.POSITIVE_INFINITY : 5) ? 0 : 1;
