import { createHash } from 'node:crypto';
import type { Database } from 'node-sqlite3-wasm';
import type { RecordedEvidence, RecordedImage, RunRecord, RunSeries } from '../core/history.ts';
import { scoreFigures } from '../core/score.ts';
import { severities } from '../core/severity.ts';
import type { Store } from './open-store.ts';

/** Puts a run into the store, wholly or not at all. Gives its number. */
export function recordRun(store: Store, run: RunRecord): number {
  return store.transaction(() => insertRun(store.database, run));
}

/** The same for many at once. */
export function recordRuns(store: Store, runs: Iterable<RunRecord>): void {
  store.transaction(() => {
    for (const run of runs) insertRun(store.database, run);
  });
}

function insertRun(database: Database, run: RunRecord): number {
  const series = seriesId(database, run);
  const count = (severity: string) => run.findings.filter((finding) => finding.severity === severity).length;
  const { lastInsertRowid } = database.run(
    `INSERT INTO run (series, at, commit_id, branch, dirty, tool, rules, load_line, formula, areas, errors, warnings, notes, bytes, unread)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      series,
      run.at,
      run.commit ?? null,
      run.branch ?? null,
      run.dirty,
      run.tool,
      contentId(database, [...run.rules].sort()),
      run.score.loadLine ?? null,
      contentId(database, scoreFigures),
      JSON.stringify(
        run.score.areas.map(({ area, score, findings: { error, warning, note } }) => [
          area,
          score ?? null,
          error,
          warning,
          note,
        ]),
      ),
      ...severities.map(count),
      bytesOf(run) ?? null,
      run.unread.length === 0 ? null : JSON.stringify(run.unread),
    ],
  );
  const id = Number(lastInsertRowid);
  insertFindings(database, id, run);
  for (const [at, image] of run.images.entries()) insertImage(database, id, at, image);
  for (const [at, evidence] of run.evidence.entries()) insertEvidence(database, id, at, evidence);
  return id;
}

function bytesOf({ images, evidence }: RunRecord): number | undefined {
  if (images.length > 0) return images.reduce((sum, { bytes }) => sum + bytes, 0);
  return evidence.length > 0 ? evidence.reduce((sum, { before }) => sum + before.bytes, 0) : undefined;
}

function seriesId(database: Database, { project, kind, subject }: RunSeries): number {
  database.run('INSERT OR IGNORE INTO project (name) VALUES (?)', [project]);
  database.run('INSERT OR IGNORE INTO series (project, kind, subject) SELECT id, ?, ? FROM project WHERE name = ?', [
    kind,
    subject,
    project,
  ]);
  const found = database.get(
    'SELECT series.id AS id FROM series JOIN project ON project.id = series.project WHERE name = ? AND kind = ? AND subject = ?',
    [project, kind, subject],
  );
  return Number(found?.id);
}

function insertFindings(database: Database, run: number, { project, findings }: RunRecord): void {
  if (findings.length === 0) return;
  renameFindings(database, project, findings);
  const known = database.prepare(
    `INSERT INTO finding (project, fingerprint, line_fingerprint, rule, area, path, line, message)
     SELECT id, ?, ?, ?, ?, ?, ?, ? FROM project WHERE name = ?
     ON CONFLICT (project, fingerprint) DO UPDATE SET line = excluded.line, message = excluded.message
     RETURNING id`,
  );
  try {
    const seen = database.prepare('INSERT OR IGNORE INTO sighting (run, finding, severity) VALUES (?, ?, ?)');
    try {
      for (const finding of findings) {
        const { fingerprint, lineFingerprint, rule, area, path, line, message, severity } = finding;
        // Every row is asked for: RETURNING gives the last step when the statement has ended.
        const [row] = known.all([fingerprint, lineFingerprint, rule, area, path, line, message, project]);
        seen.run([run, Number(row?.id), severity]);
      }
    } finally {
      seen.finalize();
    }
  } finally {
    known.finalize();
  }
}

/** Gives what an earlier version recorded the names of now, so that it is followed on. */
function renameFindings(database: Database, project: string, findings: RunRecord['findings']): void {
  const renamed = findings.filter(({ formerFingerprint }) => formerFingerprint !== undefined);
  if (renamed.length === 0) return;
  const rename = database.prepare(
    `UPDATE OR IGNORE finding SET fingerprint = ?, line_fingerprint = ?
     WHERE fingerprint = ? AND project = (SELECT id FROM project WHERE name = ?)`,
  );
  try {
    for (const { fingerprint, lineFingerprint, formerFingerprint = null } of renamed)
      rename.run([fingerprint, lineFingerprint, formerFingerprint, project]);
  } finally {
    rename.finalize();
  }
}

function insertImage(database: Database, run: number, position: number, image: RecordedImage): void {
  database.run(
    `INSERT INTO image (run, position, name, digest, dockerfile, bytes, pulled_bytes, layers, packages, vulnerabilities)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      run,
      position,
      image.name,
      image.digest ?? null,
      image.dockerfile ?? null,
      image.bytes,
      image.pulledBytes ?? null,
      contentId(
        database,
        image.layers.map(({ digest, bytes, createdBy }) => [digest ?? null, bytes, createdBy ?? null]),
      ),
      contentId(
        database,
        image.packages.map(({ type, name, version }) => [type, name, version]),
      ),
      image.vulnerabilities === undefined
        ? null
        : contentId(
            database,
            image.vulnerabilities.map(({ id, severity, package: of, version, fixedIn }) => [
              id,
              severity,
              of,
              version,
              fixedIn ?? null,
            ]),
          ),
    ],
  );
}

function insertEvidence(database: Database, run: number, position: number, evidence: RecordedEvidence): void {
  const { name, verdict } = evidence;
  database.run('INSERT INTO evidence (run, position, name, verdict, json) VALUES (?, ?, ?, ?, ?)', [
    run,
    position,
    name,
    verdict,
    JSON.stringify(evidence),
  ]);
}

/** A list that is kept once, however many runs have it. */
function contentId(database: Database, value: unknown): number {
  const json = JSON.stringify(value);
  const digest = createHash('sha256').update(json).digest('hex');
  const known = database.get('SELECT id FROM content WHERE digest = ?', [digest]);
  if (known) return Number(known.id);
  return Number(database.run('INSERT INTO content (digest, json) VALUES (?, ?)', [digest, json]).lastInsertRowid);
}
