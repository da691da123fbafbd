import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import type { TextEdit } from '../../src/core/fix.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { type Candidate, candidateOf } from '../../src/fix/candidate.ts';
import { planRound } from '../../src/fix/plan.ts';
import type { Project } from '../../src/project/project.ts';

const text = 'FROM node:20\nRUN npm ci\nRUN npm test\nCMD ["node", "a.js"]\n';

function project(paths: readonly string[]): Project {
  const dockerfiles = paths.map((path) => parseDockerfile({ path, text, encoding: 'utf-8' }));
  return {
    root: '/',
    name: 'p',
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
    artifacts: new Map(dockerfiles.map((each) => [each.path, each])),
  };
}

/** A fix that replaces the first occurrence of each text in Dockerfile `path`. */
function candidate(
  rule: string,
  severity: Finding['severity'],
  path: string,
  ...replacements: readonly (readonly [string, string])[]
): Candidate {
  const edits = replacements.map(([old, replacement]): TextEdit => {
    const start = text.indexOf(old);
    return { path, range: { start, end: start + old.length }, replacement };
  });
  const position = { line: 1, column: 1 };
  const made = candidateOf({
    rule,
    area: 'cache',
    severity,
    message: rule,
    why: '',
    remedy: '',
    locations: [{ path, start: position, end: position }],
    peers: [],
    fix: { title: rule, changes: { edits }, assumptions: [] },
  });
  if (made === undefined) throw new Error('a fix without assumptions is offered');
  return made;
}

const rulesOf = (some: readonly Candidate[]) => some.map(({ finding }) => finding.rule);

describe('a round', () => {
  it('holds local fixes of one file together, what matters most first', () => {
    const { batch, waiting } = planRound(project(['Dockerfile']), [
      candidate('note', 'note', 'Dockerfile', ['npm test', 'npm run test']),
      candidate('error', 'error', 'Dockerfile', ['npm ci', 'npm install']),
    ]);
    expect(rulesOf(batch)).toEqual(['error', 'note']);
    expect(waiting).toEqual([]);
  });

  it('lets one of two fixes wait that meet, even at a single place', () => {
    const { batch, waiting } = planRound(project(['Dockerfile']), [
      candidate('a', 'note', 'Dockerfile', ['npm ', 'pnpm ']),
      candidate('b', 'warning', 'Dockerfile', ['ci', 'install']),
    ]);
    expect(rulesOf(batch)).toEqual(['b']);
    expect(rulesOf(waiting)).toEqual(['a']);
  });

  it('gives a change of several instructions its file alone, whatever its severity', () => {
    const { batch, waiting } = planRound(project(['Dockerfile', 'web/Dockerfile']), [
      candidate('local', 'error', 'Dockerfile', ['a.js', 'b.js']),
      candidate('both', 'note', 'Dockerfile', ['npm ci', 'npm i'], ['npm test', 'npm t']),
      candidate('other', 'note', 'web/Dockerfile', ['a.js', 'b.js']),
    ]);
    expect(rulesOf(batch)).toEqual(['both', 'other']);
    expect(rulesOf(waiting)).toEqual(['local']);
  });

  it('begins with the fix that adds a stage: what others add belongs to the stage that ships', () => {
    const { batch, waiting } = planRound(project(['Dockerfile']), [
      candidate(
        'user',
        'error',
        'Dockerfile',
        ['FROM node:20\n', 'FROM node:20\nUSER 1\n'],
        ['RUN npm ci', 'RUN npm i'],
      ),
      candidate('stages', 'note', 'Dockerfile', ['CMD', '\nFROM node:20-slim\nCMD']),
    ]);
    expect(rulesOf(batch)).toEqual(['stages']);
    expect(rulesOf(waiting)).toEqual(['user']);
  });
});
