import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import { lineIndex } from '../../src/core/text.ts';
import { repair } from '../../src/fix/engine.ts';
import type { Auditor, Found } from '../../src/fix/repair-state.ts';
import { loadProject } from '../../src/project/load-project.ts';
import type { Project } from '../../src/project/project.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-linked-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Finds a word of a file, to be replaced by another one. */
function word({ artifacts }: Project, file: string, finds: string, by?: string): Found[] {
  const text = artifacts.get(file)?.text ?? '';
  const start = text.indexOf(finds);
  if (start === -1) return [];
  const range = { start, end: start + finds.length };
  const lines = lineIndex(text);
  const finding: Finding = {
    rule: `r/${finds}`,
    area: 'review',
    severity: 'warning',
    message: `${finds} stands here`,
    why: '',
    remedy: '',
    locations: [{ path: file, range, start: lines.positionAt(range.start), end: lines.positionAt(range.end) }],
    peers: [],
    ...(by !== undefined && {
      fix: {
        title: `Replace ${finds}`,
        changes: { edits: [{ path: file, range, replacement: by }] },
        assumptions: [{ statement: 'It is so.', state: 'holds' }],
      },
    }),
  };
  return [{ finding, cause: undefined }];
}

test('what a change of the image does to the manifest speaks against that change alone', async () => {
  writeFileSync(path.join(directory, 'Dockerfile'), 'FROM debian:12\nRUN root\nRUN casing\n');
  writeFileSync(path.join(directory, 'compose.yaml'), 'services:\n  web:\n    build: .\n    image: example.com/web\n');
  const target = { kind: 'directory', path: directory } as const;
  const auditor: Auditor = {
    reload: (project, changed) => loadProject(target, { again: { project, changed } }),
    inspect: (project) => ({
      byDockerfile: new Map([
        [
          'Dockerfile',
          [...word(project, 'Dockerfile', 'root', 'user'), ...word(project, 'Dockerfile', 'casing', 'case')],
        ],
      ]),
      others: [
        ...word(project, 'compose.yaml', 'example.com', 'example.org'),
        // Is there as soon as the image has a user.
        ...(project.artifacts.get('Dockerfile')?.text.includes('user')
          ? word(project, 'compose.yaml', 'services')
          : []),
      ],
    }),
    open: (_, found) => found.map(({ finding }) => finding),
  };
  const { applied, withdrawn } = await repair(await loadProject(target), { auditor, wants: () => true });
  expect(applied.map(({ finding }) => finding.rule).sort()).toEqual(['r/casing', 'r/example.com']);
  expect(withdrawn.map(({ finding }) => finding.rule)).toEqual(['r/root']);
});

test('what a fix of something worse may bring about speaks against no other', async () => {
  writeFileSync(path.join(directory, 'Dockerfile'), 'FROM debian:12\nRUN root\n');
  writeFileSync(path.join(directory, 'compose.yaml'), 'services:\n  web:\n    build: .\n    image: example.com/web\n');
  const target = { kind: 'directory', path: directory } as const;
  const ofSeverity = (severity: Finding['severity'], found: readonly Found[]): Found[] =>
    found.map(({ finding, cause }) => ({ finding: { ...finding, severity }, cause }));
  const auditor: Auditor = {
    reload: (project, changed) => loadProject(target, { again: { project, changed } }),
    inspect: (project) => ({
      byDockerfile: new Map([
        [
          'Dockerfile',
          [
            ...word(project, 'Dockerfile', 'root', 'user'),
            // Comes with the repair of something worse, and so is no reason to take that back.
            ...ofSeverity('note', word(project, 'Dockerfile', 'user')),
          ],
        ],
      ]),
      others: ofSeverity('note', word(project, 'compose.yaml', 'example.com', 'example.org')),
    }),
    open: (_, found) => found.map(({ finding }) => finding),
  };
  const { applied, withdrawn } = await repair(await loadProject(target), { auditor, wants: () => true });
  expect(applied.map(({ finding }) => finding.rule).sort()).toEqual(['r/example.com', 'r/root']);
  expect(withdrawn).toEqual([]);
});
