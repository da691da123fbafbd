import type { RecordedRun, RunSummary } from '../core/history.ts';
import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import { csv } from './internal/csv.ts';
import { type Page, paragraph, row } from './internal/terminal-lines.ts';
import { terminalTable } from './internal/terminal-table.ts';
import { bytesText, plural } from './internal/wording.ts';
import { joinBlocks, pageOf, type TerminalOptions } from './terminal.ts';

/** Goes up when a field is renamed, removed or means something else. */
export const historyVersion = 1;

type Options = Pick<TerminalOptions, 'columns' | 'color' | 'all'>;

/** Runs for a terminal, the newest first. */
export function renderRuns(store: string, runs: readonly RunSummary[], options: Options): string {
  const page = pageOf(options);
  const projects = new Set(runs.map(({ project }) => project));
  const [project = ''] = projects;
  const title = projects.size === 1 ? printable(project) : plural(projects.size, 'project');
  return joinBlocks([
    row(
      [{ text: title, style: 'bold' }, { text: `   ${plural(runs.length, 'run')}` }],
      [{ text: printable(store), style: 'dim' }],
      page,
    ),
    terminalTable(
      [
        { title: 'run', align: 'right' },
        { title: 'at (UTC)' },
        { title: 'commit' },
        { title: 'line', align: 'right' },
        { title: 'error', align: 'right' },
        { title: 'warn', align: 'right' },
        { title: 'note', align: 'right' },
        { title: 'size', align: 'right' },
        { title: 'what', flexible: true },
      ],
      runs.map((run) => [
        String(run.id),
        minute(run.at),
        commitCell(run),
        run.loadLine === undefined ? '' : String(run.loadLine),
        String(run.findings.error),
        String(run.findings.warning),
        String(run.findings.note),
        run.bytes === undefined ? '' : bytesText(run.bytes),
        [run.kind, run.subject, run.branch ? `on ${run.branch}` : '', projects.size > 1 ? `of ${run.project}` : '']
          .filter((part) => part !== '')
          .join(' '),
      ]),
      page,
    ),
  ]);
}

/** One run with everything that is kept of it. */
export function renderRun(run: RecordedRun, options: Options): string {
  const page = pageOf(options);
  const shown = options.all ? run.found : run.found.slice(0, 20);
  const rest = run.found.length - shown.length;
  return joinBlocks([
    [
      ...row(
        [
          { text: `run ${run.id}`, style: 'bold' },
          { text: `   ${run.kind} ${printable(run.subject)} of ${printable(run.project)}` },
        ],
        [{ text: `plimsoll ${printable(run.tool)}`, style: 'dim' }],
        page,
      ),
      `${minute(run.at)} UTC   ${run.commit === undefined ? 'no commit known' : `commit ${run.commit}`}${run.dirty ? ' with uncommitted changes' : ''}${run.branch ? ` on ${printable(run.branch)}` : ''}`,
    ],
    areaLines(run),
    findingTable(shown, page),
    rest > 0 ? [`and ${rest} more: --all`] : [],
    ...run.images.map(({ name, digest, bytes, layers, packages, vulnerabilities }) => [
      ...paragraph(
        [{ text: printable(name), style: 'bold' }],
        {
          text: `   ${bytesText(bytes)} in ${plural(layers.length, 'layer')}, ${plural(packages.length, 'package')}, ${vulnerabilities === undefined ? 'nobody looked for vulnerabilities' : plural(vulnerabilities.length, 'vulnerability', 'vulnerabilities')}${digest ? `, ${printable(digest)}` : ''}`,
        },
        [],
        page,
      ),
      ...terminalTable(
        [
          { title: '  layer', align: 'right' },
          { title: 'size', align: 'right' },
          { title: 'made by', flexible: true },
        ],
        layers.map((layer, at) => [String(at + 1), bytesText(layer.bytes), layer.createdBy ?? layer.digest ?? '']),
        page,
      ),
    ]),
    ...run.evidence.map(({ name, verdict, before, after, builder }) =>
      paragraph(
        [{ text: printable(name), style: 'bold' }],
        {
          text: `   ${printable(verdict)}: ${bytesText(before.bytes)}${after ? ` → ${bytesText(after.bytes)}` : ''} (measured, ${printable(builder)})`,
        },
        [],
        page,
      ),
    ),
  ]);
}

function areaLines({ areas, loadLine }: RecordedRun): string[] {
  const known = areas.filter(({ derivation }) => derivation !== undefined);
  if (known.length === 0) return [];
  return [
    ...known.map(({ area, derivation }) => `${area.padEnd(12)}${derivation}`),
    ...(loadLine === undefined ? [] : [`load line   ${loadLine}: the mean of these`]),
  ];
}

function findingTable(findings: RecordedRun['found'], page: Page): string[] {
  if (findings.length === 0) return ['nothing found'];
  return terminalTable(
    [{ title: 'severity' }, { title: 'rule' }, { title: 'place' }, { title: 'finding', flexible: true }],
    findings.map(({ severity, rule, path, line, message }) => [severity, rule, `${path}:${line}`, message]),
    page,
  );
}

/** For programs: `schemas/history.schema.json`. */
export function historyJson(store: string, runs: readonly (RunSummary | RecordedRun)[]): string {
  const whole = { format: 'plimsoll-history', version: historyVersion, store, runs: runs.map(runJson) };
  return jsonText(whole);
}

function runJson(run: RunSummary | RecordedRun) {
  const { id, project, kind, subject, at, commit, branch, dirty, tool, loadLine, findings, bytes } = run;
  return {
    id,
    project,
    kind,
    subject,
    at,
    commit: commit ?? null,
    branch: branch ?? null,
    dirty,
    tool,
    loadLine: loadLine ?? null,
    findings: { error: findings.error, warning: findings.warning, note: findings.note },
    bytes: bytes ?? null,
    ...('found' in run && details(run)),
  };
}

function details({ areas, rules, found, images, evidence }: RecordedRun) {
  return {
    areas: areas.map(({ area, score, derivation, findings }) => ({
      area,
      score: score ?? null,
      derivation: derivation ?? null,
      findings,
    })),
    rules,
    found,
    images: images.map(({ digest, dockerfile, pulledBytes, vulnerabilities, layers, ...image }) => ({
      ...image,
      digest: digest ?? null,
      dockerfile: dockerfile ?? null,
      pulledBytes: pulledBytes ?? null,
      layers: layers.map((layer) => ({ ...layer, digest: layer.digest ?? null, createdBy: layer.createdBy ?? null })),
      vulnerabilities: vulnerabilities?.map((each) => ({ ...each, fixedIn: each.fixedIn ?? null })) ?? null,
    })),
    evidence,
  };
}

/** A line for each run. */
export function runsCsv(runs: readonly RunSummary[]): string {
  return csv(
    [
      'run',
      'project',
      'kind',
      'subject',
      'at',
      'commit',
      'branch',
      'dirty',
      'tool',
      'load_line',
      'errors',
      'warnings',
      'notes',
      'bytes',
    ],
    runs.map((run) => [
      run.id,
      run.project,
      run.kind,
      run.subject,
      run.at,
      run.commit,
      run.branch,
      run.dirty,
      run.tool,
      run.loadLine,
      run.findings.error,
      run.findings.warning,
      run.findings.note,
      run.bytes,
    ]),
  );
}

/** A line for each finding of each run. */
export function findingsCsv(runs: readonly RecordedRun[]): string {
  return csv(
    ['run', 'at', 'commit', 'fingerprint', 'rule', 'area', 'severity', 'path', 'line', 'message'],
    runs.flatMap(({ id, at, commit, found }) =>
      found.map(({ fingerprint, rule, area, severity, path, line, message }) => [
        id,
        at,
        commit,
        fingerprint,
        rule,
        area,
        severity,
        path,
        line,
        message,
      ]),
    ),
  );
}

/** `2026-11-28 02:10` */
export function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}

function commitCell({ commit, dirty }: RunSummary): string {
  return commit === undefined ? '' : `${commit.slice(0, 8)}${dirty ? '+' : ''}`;
}
