/**
 * What brings a store from each version to the next; the first makes it. What was released is never changed: a change is one more entry.
 *
 * Lists that seldom change from run to run (rules, layers, packages, vulnerabilities) are kept once each as JSON in `content`, by their digest.
 */
export const migrations: readonly string[] = [
  `
CREATE TABLE content (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, json TEXT NOT NULL);
CREATE TABLE project (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE series (
  id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project, kind TEXT NOT NULL, subject TEXT NOT NULL,
  UNIQUE (project, kind, subject));
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT, series INTEGER NOT NULL REFERENCES series, at TEXT NOT NULL,
  commit_id TEXT, branch TEXT, dirty INTEGER NOT NULL, tool TEXT NOT NULL, rules INTEGER NOT NULL REFERENCES content,
  load_line INTEGER, formula INTEGER NOT NULL REFERENCES content, areas TEXT NOT NULL,
  errors INTEGER NOT NULL, warnings INTEGER NOT NULL, notes INTEGER NOT NULL, bytes INTEGER);
CREATE INDEX run_series ON run (series, at, id);
CREATE TABLE finding (
  id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project, fingerprint TEXT NOT NULL, line_fingerprint TEXT NOT NULL,
  rule TEXT NOT NULL, area TEXT NOT NULL, path TEXT NOT NULL, line INTEGER NOT NULL, message TEXT NOT NULL,
  UNIQUE (project, fingerprint));
CREATE TABLE sighting (
  run INTEGER NOT NULL REFERENCES run, finding INTEGER NOT NULL REFERENCES finding, severity TEXT NOT NULL,
  PRIMARY KEY (run, finding)) WITHOUT ROWID;
CREATE TABLE image (
  run INTEGER NOT NULL REFERENCES run, position INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT, dockerfile TEXT,
  bytes INTEGER NOT NULL, pulled_bytes INTEGER, layers INTEGER NOT NULL REFERENCES content,
  packages INTEGER NOT NULL REFERENCES content, vulnerabilities INTEGER REFERENCES content,
  PRIMARY KEY (run, position)) WITHOUT ROWID;
CREATE TABLE evidence (
  run INTEGER NOT NULL REFERENCES run, position INTEGER NOT NULL, name TEXT NOT NULL, verdict TEXT NOT NULL,
  json TEXT NOT NULL, PRIMARY KEY (run, position)) WITHOUT ROWID;
`,
  // A list of paths as JSON: what is found there was not looked for.
  'ALTER TABLE run ADD COLUMN unread TEXT',
];

/** `Plim`: says in the file's header whose database it is (https://www.sqlite.org/fileformat.html#application_id). */
export const applicationId = 0x506c696d;
