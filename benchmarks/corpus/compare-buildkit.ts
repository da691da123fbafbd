/**
 * Compares Plimsoll with BuildKit on a directory of Dockerfiles: who refuses a file and on which line, and on which lines
 * each build check strikes: for Plimsoll the findings of all rules that carry the check's id. Exits with 1 when less
 * agrees than the project promises.
 *
 *     node benchmarks/run.mjs corpus/compare-buildkit DIRECTORY [--all]
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runRules } from '../../src/audit/run-rules.ts';
import { decodeArtifact } from '../../src/core/artifact.ts';
import type { Finding } from '../../src/core/finding.ts';
import type { Dockerfile } from '../../src/dockerfile/dockerfile.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { buildChecks } from '../../src/dockerfile/reference/outcome.ts';
import type { Project } from '../../src/project/project.ts';
import { rules } from '../../src/rules/generated.ts';
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
function linesOf(check: string, findings: readonly Finding[]): readonly string[] {
  const lines = findings
    .filter(({ peers }) => peers.includes(`buildkit:${check}`))
    .map(({ locations }) => locations[0]);
  return [...new Set(lines.map(({ start }) => String(start.line)))];
}

/** Rules that BuildKit has too, whatever their preset, over files that nothing else is known of. */
function findingsByPath(dockerfiles: readonly Dockerfile[]): ReadonlyMap<string, readonly Finding[]> {
  const project: Project = {
    root: '/',
    name: 'corpus',
    dockerfiles,
    contexts: [],
    objects: [],
    workloads: [],
    composeFiles: [],
    applications: [],
    builds: [],
    otherFiles: [],
    templates: new Set(),
    problems: [],
    artifacts: new Map(dockerfiles.map((dockerfile) => [dockerfile.path, dockerfile])),
  };
  const shared = rules.filter(({ definition }) => definition.peers.some((peer) => peer.startsWith('buildkit:')));
  const findings = runRules(project, shared, {
    mayReport: () => true,
    settingFor: (rule) => ({ severity: rule.definition.severity, options: {} }),
  });
  const byPath = new Map<string, Finding[]>(dockerfiles.map(({ path: file }) => [file, []]));
  for (const finding of findings) byPath.get(finding.locations[0].path)?.push(finding);
  return byPath;
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
  const dockerfiles = files.map((file) => parseDockerfile(decodeArtifact(file, readFileSync(file))));
  const findings = findingsByPath(dockerfiles);
  for (const dockerfile of dockerfiles) {
    const { path: file } = dockerfile;
    const verdict = verdicts.get(file);
    if (verdict === undefined) throw new Error(`the oracle said nothing of ${file}`);
    compareVerdict(verdictTally, file, dockerfile, verdict);
    // The oracle prints no build checks for a file that BuildKit cannot read to its end.
    if (verdict.warnings === undefined) continue;
    for (const { check, tally } of tallies) {
      const theirs = (verdict.warnings ?? []).filter(({ rule }) => rule === check).map(({ line }) => String(line));
      compareCheck(tally, file, linesOf(check, findings.get(file) ?? []), [...new Set(theirs)]);
    }
  }
  printTally(verdictTally, shown);
  for (const { tally } of tallies) printTally(tally, shown);
  const enough = ({ agree, files: count }: Tally, least: number) => agree >= count * least;
  return enough(verdictTally, leastVerdicts) && tallies.every(({ tally }) => enough(tally, leastOfEachCheck));
}

const [directory, flag] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: node benchmarks/run.mjs corpus/compare-buildkit DIRECTORY [--all]');
  process.exit(2);
}
process.exitCode = compare(directory, flag === '--all' ? Number.POSITIVE_INFINITY : 5) ? 0 : 1;
