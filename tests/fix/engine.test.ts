import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import type { Assumption, TextEdit } from '../../src/core/fix.ts';
import type { Severity } from '../../src/core/severity.ts';
import { lineIndex } from '../../src/core/text.ts';
import { candidateOf } from '../../src/fix/candidate.ts';
import { type RepairRequest, repair } from '../../src/fix/engine.ts';
import { planRound } from '../../src/fix/plan.ts';
import type { Auditor } from '../../src/fix/repair-state.ts';
import { loadProject } from '../../src/project/load-project.ts';
import type { Project } from '../../src/project/project.ts';

/** A rule of a test: it finds a word in the Dockerfile and replaces it, or does what the test says. */
interface WordRule {
  readonly rule: string;
  readonly finds: string;
  readonly by?: string;
  readonly severity?: Severity;
  readonly assumption?: Assumption['state'];
  readonly edits?: (text: string, at: number) => readonly Omit<TextEdit, 'path'>[];
  readonly newFile?: { readonly path: string; readonly text: string };
}

function findingOf(project: Project, rule: WordRule, path: string, text: string, at: number): Finding {
  const { finds, by } = rule;
  const range = { start: at, end: at + finds.length };
  const lines = lineIndex(text);
  const own = rule.edits?.(text, at) ?? (by === undefined ? [] : [{ range, replacement: by }]);
  const offered = own.length > 0 || rule.newFile !== undefined;
  const exists = rule.newFile !== undefined && project.artifacts.has(rule.newFile.path);
  return {
    rule: rule.rule,
    area: 'review',
    severity: rule.severity ?? 'warning',
    message: `${finds} stands here`,
    why: '',
    remedy: '',
    locations: [{ path, range, start: lines.positionAt(range.start), end: lines.positionAt(range.end) }],
    peers: [],
    ...(offered && {
      fix: {
        title: `Replace ${finds}`,
        changes: {
          edits: own.map((edit) => ({ path, ...edit })),
          ...(rule.newFile && !exists && { newFiles: [rule.newFile] }),
        },
        assumptions: [
          {
            statement: 'It is so.',
            state: rule.assumption ?? 'holds',
            ...(rule.assumption === 'unknown' && { question: 'Is it so?' }),
          },
        ],
      },
    }),
  };
}

async function projectOf(text: string): Promise<Project> {
  return loadProject({ kind: 'bytes', name: 'Dockerfile', bytes: Buffer.from(text) });
}

function auditorOf(rules: readonly WordRule[]): Auditor {
  return {
    reload: (project, changed) =>
      loadProject({ kind: 'bytes', name: 'Dockerfile', bytes: Buffer.from('') }, { again: { project, changed } }),
    inspect: (project, dockerfiles) => ({
      byDockerfile: new Map(
        dockerfiles.map(({ path, text }) => [
          path,
          rules.flatMap((rule) =>
            [...text.matchAll(new RegExp(rule.finds, 'g'))].map((match) => ({
              finding: findingOf(project, { ...rule, finds: match[0] }, path, text, match.index),
              cause: undefined,
            })),
          ),
        ]),
      ),
      others: [],
    }),
    open: (_, found) => found.map(({ finding }) => finding),
  };
}

async function run(text: string, rules: readonly WordRule[], more: Partial<RepairRequest> = {}) {
  const project = await projectOf(text);
  const result = await repair(project, {
    auditor: auditorOf(rules),
    wants: ({ class: kind }) => kind === 'safe',
    ...more,
  });
  return {
    text: result.state.project.artifacts.get('Dockerfile')?.text,
    applied: result.applied.map(({ finding, round }) => `${round} ${finding.rule}`),
    withdrawn: result.withdrawn.map(({ finding, reason }) => `${finding.rule}: ${reason}`),
    complete: result.complete,
    state: result.state,
  };
}

const file = 'FROM a\n# note\nRUN one\nRUN two\n';

describe('rounds of repair', () => {
  test('all that is wanted is made, in as many rounds as it takes', async () => {
    const rules = [
      { rule: 'r/one', finds: 'one', by: 'three', severity: 'error' as const },
      { rule: 'r/three', finds: 'three', by: 'four' },
    ];
    const { text, applied, complete } = await run(file, rules);
    expect(text).toBe('FROM a\n# note\nRUN four\nRUN two\n');
    expect(applied).toEqual(['1 r/one', '2 r/three']);
    expect(complete).toBe(true);
  });

  test('a question is not answered unasked, and a failing assumption offers nothing', async () => {
    const rules: WordRule[] = [
      { rule: 'r/one', finds: 'one', by: '1', assumption: 'unknown' },
      { rule: 'r/two', finds: 'two', by: '2', assumption: 'fails' },
    ];
    expect((await run(file, rules)).text).toBe(file);
    expect((await run(file, rules, { wants: () => true })).text).toBe(file.replace('one', '1'));
  });

  test.each<[string, WordRule[], string]>([
    ['its finding is still there', [{ rule: 'r/x', finds: 'on', by: 'oon' }], 'what it repairs would still be found'],
    [
      'BuildKit would refuse it',
      [{ rule: 'r/x', finds: 'RUN one', by: 'NONSENSE' }],
      'BuildKit would refuse the file at line 3',
    ],
    [
      'BuildKit would warn',
      [{ rule: 'r/x', finds: 'RUN one', by: 'MAINTAINER one' }],
      'BuildKit would warn (MaintainerDeprecated)',
    ],
    ['a comment would be lost', [{ rule: 'r/x', finds: '# note\n', by: '' }], 'a comment would be lost'],
    [
      'something as bad would come',
      [
        { rule: 'r/x', finds: 'one', by: 'bad' },
        { rule: 'r/bad', finds: 'bad' },
      ],
      'it would bring about r/bad at Dockerfile:3: bad stands here',
    ],
    [
      'its edits overlap',
      [
        {
          rule: 'r/x',
          finds: 'one',
          edits: (_, at) => [
            { range: { start: at, end: at + 2 }, replacement: '' },
            { range: { start: at + 1, end: at + 3 }, replacement: '' },
          ],
        },
      ],
      'its edits overlap',
    ],
  ])('a fix is taken back when %s, and the others are made', async (_, rules, reason) => {
    const { text, withdrawn } = await run(file, [...rules, { rule: 'r/two', finds: 'two', by: '2' }]);
    expect(text).toBe(file.replace('two', '2'));
    expect(withdrawn).toEqual([expect.stringContaining(`r/x: ${reason}`)]);
  });

  test('something less bad may come', async () => {
    const { text, withdrawn } = await run(file, [
      { rule: 'r/x', finds: 'one', by: 'bad', severity: 'error' },
      { rule: 'r/bad', finds: 'bad', severity: 'warning' },
      { rule: 'r/two', finds: 'two', by: '2', severity: 'note' },
    ]);
    expect(text).toBe(file.replace('one', 'bad').replace('two', '2'));
    expect(withdrawn).toEqual([]);
  });

  describe('what is found of the image of a FROM', () => {
    const addsStage: WordRule = {
      rule: 'r/x',
      finds: 'one',
      severity: 'note',
      edits: (_, at) => [{ range: { start: at, end: at + 3 }, replacement: 'uno\nFROM node:20-slim\nRUN tre' }],
    };
    const text = 'FROM node:20\nRUN one\n';
    const made = 'FROM node:20\nRUN uno\nFROM node:20-slim\nRUN tre\n';

    test('may be found of that of a stage that is added, by its own name', async () => {
      const result = await run(text, [addsStage, { rule: 'r/image', finds: 'node:20(?:-slim)?' }]);
      expect(result.text).toBe(made);
      expect(result.withdrawn).toEqual([]);
    });

    test('is news where nothing was found of one before', async () => {
      const result = await run(text, [addsStage, { rule: 'r/image', finds: 'node:20-slim' }]);
      expect(result.text).toBe(text);
      expect(result.withdrawn).toEqual([expect.stringContaining('r/x: it would bring about r/image')]);
    });

    test.each([
      { said: 'no worse', found: 'note', of: 'node:20-slim', isNews: false },
      { said: 'worse', found: 'error', of: 'node:20-slim', isNews: true },
      { said: 'no worse of another image', found: 'note', of: 'debian:12', isNews: true },
    ] as const)('in other words, $said: news is $isNews', async ({ found, of, isNews }) => {
      const adds: WordRule = {
        ...addsStage,
        edits: (_, at) => [{ range: { start: at, end: at + 3 }, replacement: `uno\nFROM ${of}\nRUN tre` }],
      };
      const before: WordRule = { rule: 'r/image', finds: 'node:20(?!-)', severity: 'warning' };
      const result = await run(text, [adds, before, { rule: 'r/image', finds: of, severity: found }]);
      expect(result.withdrawn).toHaveLength(isNews ? 1 : 0);
      expect(result.text).toBe(isNews ? text : made.replace('node:20-slim', of));
    });

    test('must be gone where it was to be repaired', async () => {
      const result = await run('FROM node:20\nFROM node:20\n', [
        {
          rule: 'r/image',
          finds: 'node:20',
          edits: (_, at) => (at < 9 ? [{ range: { start: at, end: at }, replacement: '' }] : []),
        },
      ]);
      expect(result.applied).toEqual([]);
    });
  });

  describe('what is found of a step that installs', () => {
    const addsStage = (step: string): WordRule => ({
      rule: 'r/x',
      finds: 'one',
      severity: 'note',
      edits: (_, at) => [{ range: { start: at, end: at + 3 }, replacement: `uno\nFROM node:20-slim\n${step}` }],
    });
    const text = 'FROM node:20\nRUN npm install -g yarn\nRUN one\n';
    const found: WordRule = { rule: 'r/step', finds: 'npm', severity: 'note' };

    test('is no news of the step that repeats it in a stage that is added', async () => {
      const result = await run(text, [addsStage('RUN npm install -g yarn'), found]);
      expect(result.text).toBe(text.replace('one', 'uno\nFROM node:20-slim\nRUN npm install -g yarn'));
      expect(result.withdrawn).toEqual([]);
    });

    test('is news of one by another tool, and of one that installs nothing', async () => {
      for (const step of ['RUN apt-get install -y npm', 'RUN npm run build']) {
        const result = await run(text, [addsStage(step), found]);
        expect(result.text).toBe(text);
        expect(result.withdrawn).toHaveLength(1);
      }
    });

    test('is news where no stage is added', async () => {
      const again: WordRule = {
        rule: 'r/x',
        finds: 'one',
        severity: 'note',
        edits: (_, at) => [{ range: { start: at, end: at + 3 }, replacement: 'npm install -g yarn' }],
      };
      expect((await run(text, [again, found])).text).toBe(text);
    });
  });

  test('two rules that undo each other come to an end', async () => {
    const { complete, text } = await run(file, [
      { rule: 'r/there', finds: 'one', by: 'two', severity: 'note' },
      { rule: 'r/back', finds: 'two', by: 'one', severity: 'note' },
    ]);
    expect(complete).toBe(true);
    expect(text).toBe(file);
  });

  test('rounds are bounded, and a bound that is reached is told', async () => {
    const rules = [
      { rule: 'r/one', finds: 'one', by: 'three', severity: 'error' as const },
      { rule: 'r/three', finds: 'three', by: 'four' },
    ];
    const { complete, applied } = await run(file, rules, { mostRounds: 1 });
    expect(complete).toBe(false);
    expect(applied).toEqual(['1 r/one']);
  });

  test('a rule that fails on the result loses its fix, not the run', async () => {
    const auditor = auditorOf([
      { rule: 'r/x', finds: 'one', by: 'boom' },
      { rule: 'r/two', finds: 'two', by: '2' },
    ]);
    const { text, withdrawn } = await run(file, [], {
      auditor: {
        ...auditor,
        inspect(project, dockerfiles) {
          if (dockerfiles.some((each) => each.text.includes('boom'))) throw new Error('rule r/y failed');
          return auditor.inspect(project, dockerfiles);
        },
      },
    });
    expect(text).toBe(file.replace('two', '2'));
    expect(withdrawn).toEqual(['r/x: the result could not be audited: rule r/y failed']);
  });

  test('a fix that adds a file is made once; the next round finds the file there', async () => {
    const { state, withdrawn } = await run(file, [
      { rule: 'r/new', finds: 'one', by: '1', newFile: { path: '.dockerignore', text: 'x\n' } },
      { rule: 'r/also', finds: 'two', by: '2', newFile: { path: '.dockerignore', text: 'y\n' } },
    ]);
    expect(withdrawn).toEqual([]);
    expect(state.project.artifacts.get('.dockerignore')?.text).toBe('x\n');
    expect(state.project.artifacts.get('Dockerfile')?.text).toBe('FROM a\n# note\nRUN 1\nRUN 2\n');
  });
});

describe('the plan of a round', () => {
  const insert = (by: string) => (_: string, at: number) => [{ range: { start: at, end: at }, replacement: by }];
  test.each<[string, WordRule[], string[]]>([
    [
      'the worse finding first where two want one place',
      [
        { rule: 'r/b', finds: 'one', by: '1', severity: 'note' },
        { rule: 'r/a', finds: 'one', by: '2', severity: 'error' },
      ],
      ['r/a'],
    ],
    [
      'two insertions at one place wait for each other',
      [
        { rule: 'r/a', finds: 'one', edits: insert('x') },
        { rule: 'r/b', finds: 'one', edits: insert('y') },
      ],
      ['r/a'],
    ],
    [
      'an insertion at the end of a replacement waits',
      [
        { rule: 'r/a', finds: 'one', by: '1' },
        { rule: 'r/b', finds: 'one', edits: (_, at) => [{ range: { start: at + 3, end: at + 3 }, replacement: 'x' }] },
      ],
      ['r/a'],
    ],
    [
      'places apart are mended together',
      [
        { rule: 'r/a', finds: 'one', by: '1' },
        { rule: 'r/b', finds: 'two', by: '2' },
      ],
      ['r/a', 'r/b'],
    ],
    [
      'what changes several instructions comes first and alone',
      [
        { rule: 'r/a', finds: 'note', by: 'x', severity: 'error' },
        { rule: 'r/b', finds: 'RUN one\nRUN two', by: 'RUN one && two', severity: 'note' },
      ],
      ['r/a'],
    ],
    [
      'what changes several instructions goes before what changes one',
      [
        { rule: 'r/a', finds: 'two', by: 'x', severity: 'error' },
        { rule: 'r/b', finds: 'RUN one\nRUN two', by: 'RUN one && two', severity: 'note' },
      ],
      ['r/b'],
    ],
  ])('%s', async (_, rules, expected) => {
    const project = await projectOf(file);
    const auditor = auditorOf(rules);
    const found = [...auditor.inspect(project, project.dockerfiles).byDockerfile.values()].flat();
    const candidates = found.flatMap(({ finding }) => candidateOf(finding) ?? []);
    for (const order of [candidates, [...candidates].reverse()]) {
      const { batch, waiting } = planRound(project, order);
      expect(batch.map(({ finding }) => finding.rule).sort()).toEqual(expected);
      expect(batch.length + waiting.length).toBe(candidates.length);
    }
  });
});
