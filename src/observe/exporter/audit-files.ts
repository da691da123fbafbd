import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { type AuditReport, readAuditReport } from './audit-report.ts';

/** A report and the file that it was read from. */
export interface StoredReport {
  readonly file: string;
  /** Seconds since 1970 when the file was written: a report holds no date of its own. */
  readonly at: number;
  readonly report: AuditReport;
}

/** A report of thousands of findings has some megabytes. */
const maximumBytes = 64 * 1024 * 1024;
const maximumFiles = 200;

/** Reads reports again only when their files changed. */
export interface AuditFiles {
  /** @throws Error that names every file that cannot be read; `reports` then holds the others */
  read(): Promise<void>;
  readonly reports: readonly StoredReport[];
}

/** Reports in these files, and in the `.json` files right below these directories. One for each target: the newest. */
export function auditFiles(paths: readonly string[]): AuditFiles {
  let known = new Map<string, { readonly stamp: string; readonly stored: StoredReport }>();
  let reports: readonly StoredReport[] = [];
  return {
    get reports() {
      return reports;
    },
    async read() {
      const problems: string[] = [];
      const next = new Map<string, { readonly stamp: string; readonly stored: StoredReport }>();
      for (const file of await filesIn(paths, problems)) {
        try {
          const stats = await stat(file);
          const { mtimeMs, size } = stats;
          // A named pipe that nobody writes into would hold up all other sources for ever.
          if (!stats.isFile()) throw new Error('is no file');
          const stamp = `${mtimeMs} ${size}`;
          const before = known.get(file);
          if (before?.stamp === stamp) next.set(file, before);
          else next.set(file, { stamp, stored: { file, at: mtimeMs / 1000, report: await readOne(file, size) } });
        } catch (error) {
          problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      known = next;
      reports = newestOfEach([...next.values()].map(({ stored }) => stored));
      if (problems.length > 0) throw new Error(problems.slice(0, 5).join('; '));
    },
  };
}

async function readOne(file: string, size: number): Promise<AuditReport> {
  if (size > maximumBytes) throw new Error(`has more than ${maximumBytes} bytes`);
  const report = readAuditReport(jsonIn(await readFile(file, 'utf8')));
  if (!report) throw new Error('is no report of plimsoll audit --format json, Trivy or Grype');
  return report;
}

/** The parser's own message quotes the file, which may be one of secrets. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('is no JSON');
  }
}

async function filesIn(paths: readonly string[], problems: string[]): Promise<string[]> {
  const files: string[] = [];
  for (const each of paths) {
    try {
      // A volume of a ConfigMap is full of links: what they lead to counts, and `..data` is the same once more.
      if (!(await stat(each)).isDirectory()) files.push(each);
      else
        files.push(
          ...(await readdir(each))
            .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
            .sort()
            .map((name) => path.join(each, name)),
        );
    } catch (error) {
      problems.push(`${each}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (files.length > maximumFiles)
    problems.push(`${files.length - maximumFiles} files more than ${maximumFiles} are not read`);
  return files.slice(0, maximumFiles);
}

function newestOfEach(stored: readonly StoredReport[]): StoredReport[] {
  const newest = new Map<string, StoredReport>();
  for (const each of stored) {
    const key = `${each.report.scanner} ${each.report.target}`;
    if (each.at >= (newest.get(key)?.at ?? 0)) newest.set(key, each);
  }
  return [...newest.values()];
}
