import type { Database, QueryResult, SQLiteValue } from 'node-sqlite3-wasm';
import { isArea } from '../core/area.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import {
  type HistoricRun,
  isRunKind,
  type RecordedArea,
  type RecordedEvidence,
  type RecordedFinding,
  type RecordedImage,
  type RecordedRun,
  type RunHistory,
  type RunKind,
  type RunSeries,
  type RunSummary,
} from '../core/history.ts';
import { scoreDerivation } from '../core/score.ts';
import { isSeverity } from '../core/severity.ts';
import type { Store } from './open-store.ts';

/** Which runs are asked for. What is undefined is not asked after. */
export interface RunFilter {
  readonly project?: string | undefined;
  readonly kind?: RunKind | undefined;
  readonly subject?: string | undefined;
  readonly branch?: string | undefined;
  /** Of the newest, so many; undefined: all. */
  readonly last?: number | undefined;
}

/** A series with what there is of it. */
export interface KnownSeries extends RunSeries {
  readonly runs: number;
  readonly first: string;
  readonly latest: string;
  /** Of the newest run. */
  readonly branch: string | undefined;
}

const summaryColumns = `run.id AS id, project.name AS project, kind, subject, at, commit_id, branch, dirty, tool, load_line, errors, warnings, notes, run.bytes AS bytes`;
const joined = 'run JOIN series ON series.id = run.series JOIN project ON project.id = series.project';

/** All series of a store, those of the newest runs first. */
export function readSeries({ database }: Store, filter: RunFilter = {}): KnownSeries[] {
  const { where, values } = conditions(filter);
  // Without the branch all of it stands in the index.
  return rows(
    database,
    `SELECT project.name AS project, kind, subject, count(*) AS runs, min(at) AS first, max(at) AS latest,
       (SELECT branch FROM run AS newest WHERE newest.series = run.series ORDER BY id DESC LIMIT 1) AS branch
     FROM ${joined} ${where} GROUP BY run.series ORDER BY max(run.id) DESC`,
    values,
  ).map((row) => ({
    ...seriesOf(row),
    runs: numberOf(row, 'runs'),
    first: textOf(row, 'first'),
    latest: textOf(row, 'latest'),
    branch: optionalText(row, 'branch'),
  }));
}

/** The runs that a filter takes, the newest first. */
export function listRuns({ database }: Store, filter: RunFilter): RunSummary[] {
  const { where, values } = conditions(filter);
  const limit = filter.last === undefined ? '' : ' LIMIT ?';
  return rows(database, `SELECT ${summaryColumns} FROM ${joined} ${where} ORDER BY run.id DESC${limit}`, [
    ...values,
    ...(filter.last === undefined ? [] : [filter.last]),
  ]).map(summaryOf);
}

/** Everything that is kept of one run; undefined where there is none with that number. */
export function readRun({ database }: Store, id: number): RecordedRun | undefined {
  const [row] = rows(
    database,
    `SELECT ${summaryColumns}, areas, (SELECT json FROM content WHERE content.id = run.rules) AS rules,
       (SELECT json FROM content WHERE content.id = run.formula) AS formula FROM ${joined} WHERE run.id = ?`,
    [id],
  );
  if (row === undefined) return undefined;
  return {
    ...summaryOf(row),
    areas: areasOf(row, JSON.parse(textOf(row, 'formula'))),
    rules: JSON.parse(textOf(row, 'rules')),
    found: findingsOf(database, id),
    images: imagesOf(database, id),
    evidence: evidenceOf(database, id),
  };
}

/** What a trend is made of: the runs of a series in the order in which they were recorded. Clocks differ, and one that is ahead makes no run the newest. */
export function readHistory({ database }: Store, series: RunSeries, branch: string | undefined): RunHistory {
  const { where, values } = conditions({ ...series, branch });
  const runs = rows(
    database,
    `SELECT ${summaryColumns}, areas, rules, unread FROM ${joined} ${where} ORDER BY run.id`,
    values,
  );
  const found = sightings(database, series, where, values);
  const sizes = imageSizes(database, where, values);
  const rules = new Map<number, ReadonlySet<string>>();
  return {
    series,
    runs: runs.map((row): HistoricRun => {
      const { project: _, kind: __, subject: ___, ...summary } = summaryOf(row);
      const set = numberOf(row, 'rules');
      let known = rules.get(set);
      if (known === undefined) {
        known = new Set<string>(
          JSON.parse(textOf(rowOf(database, 'SELECT json FROM content WHERE id = ?', [set]), 'json')),
        );
        rules.set(set, known);
      }
      return {
        ...summary,
        areas: areasOf(row, undefined),
        rules: known,
        unread: row.unread === null ? [] : JSON.parse(textOf(row, 'unread')),
        found: found.get(summary.id) ?? [],
        images: sizes.get(summary.id) ?? [],
      };
    }),
  };
}

/** Each finding is one object for all runs that have it with the same severity. */
function sightings(
  database: Database,
  { project }: RunSeries,
  where: string,
  values: readonly SQLiteValue[],
): ReadonlyMap<number, readonly RecordedFinding[]> {
  const findings = new Map(
    rows(
      database,
      'SELECT finding.* FROM finding JOIN project ON project.id = finding.project WHERE project.name = ?',
      [project],
    ).map((row) => [numberOf(row, 'id'), { row, bySeverity: new Map<string, RecordedFinding>() }]),
  );
  const found = new Map<number, RecordedFinding[]>();
  // One row for each run: to hand over a row takes longer than to find it.
  const seen = rows(
    database,
    `SELECT run.id AS run, (SELECT group_concat(finding || ' ' || severity) FROM sighting WHERE sighting.run = run.id) AS seen
     FROM ${joined} ${where}`,
    values,
  );
  for (const row of seen) {
    const list = (optionalText(row, 'seen') ?? '').split(',').flatMap((each) => {
      const [id, severity = ''] = each.split(' ');
      const known = findings.get(Number(id));
      if (known === undefined) return [];
      let finding = known.bySeverity.get(severity);
      if (finding === undefined) {
        finding = findingOf({ ...known.row, severity });
        known.bySeverity.set(severity, finding);
      }
      return [finding];
    });
    found.set(numberOf(row, 'run'), list);
  }
  return found;
}

/** Of images that were looked into, and of those that were proved as they are. */
function imageSizes(
  database: Database,
  where: string,
  values: readonly SQLiteValue[],
): ReadonlyMap<number, HistoricRun['images']> {
  const found = new Map<number, HistoricRun['images'][number][]>();
  for (const row of rows(
    database,
    `SELECT image.run AS run, image.name AS name, dockerfile, image.bytes AS bytes
     FROM ${joined} CROSS JOIN image ON image.run = run.id ${where}
     UNION ALL SELECT evidence.run, evidence.name, json_extract(json, '$.dockerfile'), json_extract(json, '$.before.bytes')
     FROM ${joined} CROSS JOIN evidence ON evidence.run = run.id ${where}`,
    [...values, ...values],
  )) {
    const run = numberOf(row, 'run');
    const image = {
      name: textOf(row, 'name'),
      dockerfile: optionalText(row, 'dockerfile'),
      bytes: numberOf(row, 'bytes'),
    };
    found.set(run, [...(found.get(run) ?? []), image]);
  }
  return found;
}

function conditions(filter: RunFilter): { readonly where: string; readonly values: readonly SQLiteValue[] } {
  const columns = { project: 'project.name', kind: 'kind', subject: 'subject', branch: 'branch' } as const;
  const asked = Object.entries(columns).flatMap(([key, column]) => {
    const value = Object.entries(filter).find(([name]) => name === key)?.[1];
    return typeof value === 'string' ? [{ column, value }] : [];
  });
  return {
    where: asked.length === 0 ? '' : `WHERE ${asked.map(({ column }) => `${column} = ?`).join(' AND ')}`,
    values: asked.map(({ value }) => value),
  };
}

function summaryOf(row: Row): RunSummary {
  return {
    ...seriesOf(row),
    id: numberOf(row, 'id'),
    at: textOf(row, 'at'),
    commit: optionalText(row, 'commit_id'),
    branch: optionalText(row, 'branch'),
    dirty: numberOf(row, 'dirty') === 1,
    tool: textOf(row, 'tool'),
    loadLine: optionalNumber(row, 'load_line'),
    findings: { error: numberOf(row, 'errors'), warning: numberOf(row, 'warnings'), note: numberOf(row, 'notes') },
    bytes: optionalNumber(row, 'bytes'),
  };
}

function seriesOf(row: Row): RunSeries {
  const kind = textOf(row, 'kind');
  if (!isRunKind(kind)) throw damaged(`there is no kind of run «${kind}»`);
  return { project: textOf(row, 'project'), kind, subject: textOf(row, 'subject') };
}

/** @param formula of the time; undefined where nobody asks for the derivation */
function areasOf(row: Row, formula: Parameters<typeof scoreDerivation>[1] | undefined): RecordedArea[] {
  const list: [string, number | null, number, number, number][] = JSON.parse(textOf(row, 'areas'));
  return list.flatMap(([area, score, error, warning, note]) => {
    if (!isArea(area)) return [];
    const known = { area, ...(score !== null && { score }), findings: { error, warning, note } };
    return [{ ...known, derivation: formula && scoreDerivation(known, formula) }];
  });
}

function findingsOf(database: Database, run: number): RecordedFinding[] {
  return rows(
    database,
    'SELECT finding.*, severity FROM sighting JOIN finding ON finding.id = sighting.finding WHERE run = ? ORDER BY path, line, rule',
    [run],
  ).map(findingOf);
}

function findingOf(row: Row): RecordedFinding {
  const area = textOf(row, 'area');
  const severity = textOf(row, 'severity');
  if (!isArea(area) || !isSeverity(severity)) throw damaged(`there is no ${severity} of «${area}»`);
  return {
    fingerprint: textOf(row, 'fingerprint'),
    lineFingerprint: textOf(row, 'line_fingerprint'),
    rule: textOf(row, 'rule'),
    area,
    severity,
    path: textOf(row, 'path'),
    line: numberOf(row, 'line'),
    message: textOf(row, 'message'),
  };
}

function imagesOf(database: Database, run: number): RecordedImage[] {
  const content = (column: string) => `(SELECT json FROM content WHERE content.id = image.${column}) AS ${column}`;
  return rows(
    database,
    `SELECT name, digest, dockerfile, bytes, pulled_bytes, ${content('layers')}, ${content('packages')},
       ${content('vulnerabilities')} FROM image WHERE run = ? ORDER BY position`,
    [run],
  ).map((row) => {
    const layers: [string | null, number, string | null][] = JSON.parse(textOf(row, 'layers'));
    const packages: [string, string, string][] = JSON.parse(textOf(row, 'packages'));
    const told = optionalText(row, 'vulnerabilities');
    const vulnerabilities: [string, string, string, string, string | null][] | undefined = told && JSON.parse(told);
    return {
      name: textOf(row, 'name'),
      digest: optionalText(row, 'digest'),
      dockerfile: optionalText(row, 'dockerfile'),
      bytes: numberOf(row, 'bytes'),
      pulledBytes: optionalNumber(row, 'pulled_bytes'),
      layers: layers.map(([digest, bytes, createdBy]) => ({
        digest: digest ?? undefined,
        bytes,
        createdBy: createdBy ?? undefined,
      })),
      packages: packages.map(([type, name, version]) => ({ type, name, version })),
      vulnerabilities: vulnerabilities?.map(([id, severity, of, version, fixedIn]) => ({
        id,
        severity,
        package: of,
        version,
        fixedIn: fixedIn ?? undefined,
      })),
    };
  });
}

function evidenceOf(database: Database, run: number): RecordedEvidence[] {
  return rows(database, 'SELECT json FROM evidence WHERE run = ? ORDER BY position', [run]).map((row) =>
    JSON.parse(textOf(row, 'json')),
  );
}

type Row = Readonly<Record<string, SQLiteValue>>;

function rows(database: Database, sql: string, values: readonly SQLiteValue[]): Row[] {
  return database.all(sql, [...values]).map(plainRow);
}

function rowOf(database: Database, sql: string, values: readonly SQLiteValue[]): Row {
  const [row] = rows(database, sql, values);
  if (row === undefined) throw damaged('a list that a run names is missing');
  return row;
}

/** The library's other form of rows, by table, is never asked for. */
function plainRow(row: QueryResult): Row {
  const plain: Record<string, SQLiteValue> = {};
  for (const [name, value] of Object.entries(row)) if (!isNested(value)) plain[name] = value;
  return plain;
}

function isNested(value: SQLiteValue | Record<string, SQLiteValue>): value is Record<string, SQLiteValue> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

function textOf(row: Row, name: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw damaged(`${name} is no text`);
  return value;
}

function optionalText(row: Row, name: string): string | undefined {
  return row[name] === null || row[name] === undefined ? undefined : textOf(row, name);
}

function numberOf(row: Row, name: string): number {
  const value = row[name];
  if (typeof value !== 'number') throw damaged(`${name} is no number`);
  return value;
}

function optionalNumber(row: Row, name: string): number | undefined {
  return row[name] === null || row[name] === undefined ? undefined : numberOf(row, name);
}

function damaged(what: string): UserError {
  return new UserError(`the history is damaged: ${what}`, {
    remedy: 'Put a copy of it in its place, or begin another one with --store FILE.',
    exitCode: exitCodes.system,
  });
}
