import type { RunRecord } from '../../src/core/history.ts';
import { openStore } from '../../src/history/open-store.ts';
import { recordRun, recordRuns } from '../../src/history/record-run.ts';

// Fills a store by the code that records runs: `fill FILE PROJECTS RUNS FINDINGS`, then records some runs one by one and prints
// their seconds as JSON: from the opening of the store to its closing.

const [file = '', ...numbers] = process.argv.slice(2);
const [projects = 0, runs = 0, findings = 0] = numbers.map(Number);
const rules = Array.from({ length: 150 }, (_, at) => `size/rule-${at}`);
const day = 86_400_000;

function record(project: number, run: number): RunRecord {
  // One of the findings is fixed and another one comes with every fifth run.
  const first = Math.floor(run / 5);
  return {
    project: `git.example/team-${project % 20}/project-${project}`,
    kind: 'audit',
    subject: '.',
    branch: 'main',
    commit: (project * 1000 + run).toString(16).padStart(40, '0'),
    dirty: false,
    unread: [],
    at: new Date(Date.UTC(2025, 0, 1) + run * 7 * day + project * 60_000).toISOString(),
    tool: '0.1.0',
    rules,
    score: {
      loadLine: 50 + (run % 40),
      areas: (['size', 'security', 'layers', 'cache', 'maintenance', 'context', 'config', 'logging'] as const).map(
        (area) => ({
          area,
          score: 50 + (run % 40),
          findings: { error: 1, warning: 2, note: 3 },
        }),
      ),
    },
    findings: Array.from({ length: findings }, (_, at) => finding(project, first + at)),
    images: [],
    evidence: [],
  };
}

function finding(project: number, number: number): RunRecord['findings'][number] {
  const digits = (project * 100_000 + number).toString(16).padStart(16, '0');
  return {
    fingerprint: `${digits}:1`,
    lineFingerprint: digits,
    rule: rules[number % rules.length] ?? '',
    area: 'size',
    severity: number % 5 === 0 ? 'error' : 'warning',
    path: `services/service-${number % 7}/Dockerfile`,
    line: (number % 60) + 1,
    message: `Finding ${number} of this project, in a sentence as long as they are.`,
  };
}

async function main(): Promise<void> {
  const store = await openStore(file, 'make');
  for (let run = 0; run < runs; run++)
    recordRuns(
      store,
      Array.from({ length: projects }, (_, project) => record(project, run)),
    );
  store.close();
  const seconds: number[] = [];
  for (let at = 0; at < 15; at++) {
    const began = performance.now();
    const again = await openStore(file, 'read');
    recordRun(again, record(at, runs));
    again.close();
    seconds.push((performance.now() - began) / 1000);
  }
  process.stdout.write(JSON.stringify(seconds));
}

void main();
