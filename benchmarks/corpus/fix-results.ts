// What a repair of a corpus comes to, for the benchmarks: made with the engine of «plimsoll fix» itself.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { settingsFrom } from '../../src/audit/settings.ts';
import { auditorFor } from '../../src/cli/fix-auditor.ts';
import { decodeArtifact } from '../../src/core/artifact.ts';
import type { Finding } from '../../src/core/finding.ts';
import { fixClass } from '../../src/core/fix.ts';
import type { AppliedFix, ChangedFile, WithdrawnFix } from '../../src/core/fix-report.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { repair } from '../../src/fix/engine.ts';
import { fixReport } from '../../src/fix/fix-report.ts';
import { allFound } from '../../src/fix/repair-state.ts';
import { noConfiguration } from '../../src/project/configuration.ts';
import { loadProject } from '../../src/project/load-project.ts';
import type { OnlineAnswers } from '../../src/project/online.ts';
import { changedLines } from '../../src/report/internal/changed-lines.ts';

export type Preset = 'recommended' | 'all';

/** The day on which all is judged. */
const today = '2026-11-24';

export interface CorpusRepair {
  readonly files: number;
  readonly changed: readonly ChangedFile[];
  readonly applied: readonly AppliedFix[];
  readonly withdrawn: readonly WithdrawnFix[];
  readonly before: readonly Finding[];
  readonly after: readonly Finding[];
  readonly rounds: number;
  readonly complete: boolean;
  readonly seconds: number;
}

/** Repairs all of a directory in memory. */
export async function repairDirectory(
  directory: string,
  preset: Preset,
  review: boolean,
  online?: OnlineAnswers,
): Promise<CorpusRepair> {
  const started = performance.now();
  const options = online ? { online } : {};
  const target = { kind: 'directory', path: path.resolve(directory) } as const;
  const auditor = auditorFor({
    target,
    options,
    settings: settingsFrom(noConfiguration, { preset, only: [], skip: [] }),
    peerSettings: new Map(),
    honourIgnoreComments: true,
    today,
  });
  const project = await loadProject(target, options);
  const refused = new Set(
    project.dockerfiles
      .filter(({ rejections }) => rejections.some(({ unlessGiven }) => unlessGiven === undefined))
      .map((dockerfile) => dockerfile.path),
  );
  let before: readonly Finding[] = [];
  const counting = {
    ...auditor,
    open(...parameters: Parameters<typeof auditor.open>) {
      const findings = auditor.open(...parameters);
      if (before.length === 0) before = findings;
      return findings;
    },
  };
  const result = await repair(project, {
    auditor: counting,
    wants: (candidate) => (review || candidate.class === 'safe') && !candidate.paths.some((file) => refused.has(file)),
  });
  const report = fixReport(result, {
    version: '',
    target: directory,
    project,
    open: [],
    withoutFix: 0,
    leftAlone: [],
    seconds: 0,
    secretsIn: () => [],
  });
  return {
    files: project.dockerfiles.length,
    changed: report.files,
    applied: result.applied,
    withdrawn: result.withdrawn,
    before,
    after: auditor.open(result.state.project, allFound(result.state.inspection)),
    rounds: result.rounds,
    complete: result.complete,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Comments of a text that the other has not, or not as often. Read by lines of the parser, not by what the engine compares. */
export function lostComments(before: string, after: string): string[] {
  return missingOf(commentsOf(before), commentsOf(after));
}

/** What of the first list the second has not, or not as often. */
export function missingOf(before: readonly string[], after: readonly string[]): string[] {
  const left = [...after];
  return before.filter((each) => {
    const at = left.indexOf(each);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

function commentsOf(text: string): string[] {
  return parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' })
    .syntax.items.flatMap((item) =>
      item.kind === 'instruction' ? item.innerComments : item.kind === 'blank' ? [] : [item.range],
    )
    .map(({ start, end }) => text.slice(start, end).trim().replace(/^#\s*/, ''));
}

/** Lines taken out and put in. */
export function diffLines(file: ChangedFile): number {
  return changedLines(file).reduce((sum, { removed, added }) => sum + removed.length + added.length, 0);
}

/** Lines taken out and put in between two texts of which nothing is known. */
export function diffLinesOf(before: string, after: string): number {
  return diffLines({
    path: '',
    before: { path: '', text: before, encoding: 'utf-8' },
    after: { path: '', text: after, encoding: 'utf-8' },
    places: [{ before: { start: 0, end: before.length }, after: { start: 0, end: after.length }, fixes: [] }],
    secrets: { before: [], after: [] },
  });
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Whether registries have to be asked before a finding has its fix: its remedy says so. */
export function waitsForOnline(finding: Finding): boolean {
  return !hasFix(finding) && finding.remedy.includes('--online');
}

class Same<Value> extends Map<string, Value> {
  readonly #value: (key: string) => Value;
  constructor(value: (key: string) => Value) {
    super();
    this.#value = value;
  }
  override has() {
    return true;
  }
  override get(key: string) {
    return this.#value(key);
  }
}

/** In place of registries: one that knows every image and every package. What real ones know of a corpus that is years old is less. */
export const knowsAll: OnlineAnswers = {
  digests: new Same(() => `sha256:${'5'.repeat(64)}`),
  versionTags: new Map(),
  releases: new Same((key) => [{ version: key.startsWith('go:') ? 'v1.0.0' : '1.0.0', needs: undefined }]),
  checksums: new Same(() => ({ sha256: '5'.repeat(64), bytes: 1_000_000 })),
};

/** Whether a finding comes with a fix that may be offered. */
export function hasFix({ fix }: Finding): boolean {
  return fix !== undefined && fixClass(fix) !== undefined;
}

export function readText(file: string): string {
  return decodeArtifact(file, readFileSync(file)).text;
}

/** A table for people: columns by their widest cell. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => String(row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          typeof cell === 'number' ? String(cell).padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
