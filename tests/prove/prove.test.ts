import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Fix } from '../../src/core/fix.ts';
import type { Project } from '../../src/project/project.ts';
import type { Builder, BuildRequest, BuiltImage, FailedBuild } from '../../src/prove/build.ts';
import type { NamedFix, ProofOptions, ProofTools, RepairWith } from '../../src/prove/proof.ts';
import { prove } from '../../src/prove/prove.ts';
import { type Subject, subjectsOf } from '../../src/prove/subjects.ts';
import type { Runner, Trial, TrialPlan } from '../../src/prove/trial.ts';
import { compareTrials } from '../../src/prove/trials/compare-trials.ts';
import { projectsOnDisk } from './compare/projects.ts';
import { analysisOf } from './compare/trees.ts';

const disk = projectsOnDisk();
afterAll(disk.remove);

const dockerfile = ['FROM debian:12', 'COPY . /app', 'RUN one', 'RUN two', 'RUN three', 'CMD ["/app/main.py"]', ''];

/** A fix of a line: `RUN one` becomes `RUN one --fixed`. */
function fixOf(word: string, kind: 'safe' | 'review' = 'safe'): NamedFix {
  const replacement = `RUN ${word} --fixed`;
  const fix: Fix = {
    title: `Fix ${word}`,
    changes: { edits: [{ path: 'Dockerfile', range: { start: 0, end: 0 }, replacement }] },
    assumptions: [],
  };
  return { key: word, rule: `layers/${word}`, path: 'Dockerfile', line: 3, title: fix.title, class: kind, fix };
}

const all = [fixOf('one'), fixOf('two', 'review'), fixOf('three')];

function repairOf(project: Project, inPlaceOfTwo: readonly NamedFix[]): RepairWith {
  return async (choice) => {
    const isMade = (key: string) =>
      choice === undefined || ('only' in choice ? choice.only.has(key) : !choice.without.has(key));
    const chosen = all.filter(({ key }) => isMade(key));
    const fixes = [...chosen, ...(isMade('two') ? [] : inPlaceOfTwo.filter(({ key }) => isMade(key)))];
    const text = fixes.reduce(
      (now, { key }) => now.replace(`RUN ${key.replace('other ', '')}\n`, `RUN ${key} --fixed\n`),
      dockerfile.join('\n'),
    );
    const files = new Map(fixes.length === 0 ? [] : [['Dockerfile', Buffer.from(text)] as const]);
    return { files, fixes, project };
  };
}

interface World {
  /** How a Dockerfile fails, if it does. */
  fails?(text: string, builds: number): Pick<FailedBuild, 'why' | 'message' | 'step'> | undefined;
  /** What its program answers, by what it was built from; the number counts runs. */
  answers?(text: string, runs: number): string;
  readonly isGood?: boolean;
  readonly runs?: boolean;
  readonly mostBuilds?: number;
  onBuild?(builds: number): void;
  /** What can be made where the second fix is not. */
  readonly inPlaceOfTwo?: readonly NamedFix[];
}

/** Proves the repair of a small project with a builder and a runner that are functions of the Dockerfile's text. */
async function proveIn(world: World, flags: Partial<Subject['settings']> = {}) {
  const { project } = await disk.load({ Dockerfile: dockerfile.join('\n'), 'main.py': 'print(1)\n' });
  const controller = new AbortController();
  const built: { text: string; cache: BuildRequest['cache']; source: string }[] = [];
  const textOf = new Map<string, string>();
  let runs = 0;
  const waits: (number | undefined)[] = [];
  const builder: Builder = {
    kind: 'docker',
    title: 'a builder',
    engine: undefined,
    environment: {},
    async build(request, { signal }) {
      const text = readFileSync(request.dockerfile, 'utf8');
      built.push({ text, cache: request.cache, source: readFileSync(path.join(request.context, 'main.py'), 'utf8') });
      world.onBuild?.(built.length);
      if (world.onBuild && built.length === 4) controller.abort();
      const { logFile } = request;
      if (signal.aborted)
        return { ok: false, failure: { why: 'cancelled', message: '', step: undefined, logFile, seconds: 1 } };
      const failure = world.fails?.(text, built.length);
      if (failure) return { ok: false, failure: { ...failure, logFile, seconds: 1 } };
      textOf.set(request.tag, text);
      const image: BuiltImage = {
        tag: request.tag,
        id: `sha256:${textOf.size}`,
        source: `docker-daemon:${request.tag}`,
        steps: [],
        seconds: 1,
        contextBytes: 1,
        logFile,
      };
      return { ok: true, image };
    },
    handTo: async () => undefined,
    async forget({ tag }) {
      textOf.delete(tag);
    },
    close: async () => undefined,
  };
  const runner: Runner = {
    title: 'a runner',
    async try({ tag, id }, { askedAfterSeconds }): Promise<Trial> {
      runs++;
      waits.push(askedAfterSeconds);
      const body = world.answers?.(textOf.get(tag) ?? '', runs) ?? 'ok';
      const good = world.isGood ?? true;
      return {
        image: id,
        observations: [
          { name: 'starts', kind: 'started', lines: [good ? 'starts' : 'does not start'], good },
          { name: 'GET :80/', kind: 'answer', lines: ['200', body], good },
        ],
        notRun: [],
        logs: [],
      };
    },
    close: async () => undefined,
  };
  const tools: ProofTools = {
    version: '0',
    builder,
    runner: world.runs === false ? undefined : runner,
    notRun: 'nothing was run',
    analyse: async () => analysisOf({ 'app/main.py': 'x' }),
    assess: async () => ({ compressedBytes: 1, vulnerabilities: undefined, advisories: '' }),
    plan: async () => plan,
    compareTrials,
  };
  const options: ProofOptions = {
    project,
    signal: controller.signal,
    timeoutSeconds: 10,
    mostBuilds: world.mostBuilds ?? 20,
    logs: path.join(project.root, '.plimsoll/logs'),
    keepImages: false,
    onStep() {},
  };
  const [subject] = subjectsOf(project, { images: [], dockerfiles: [], settings: flags });
  if (subject === undefined) throw new Error('there is an image to build');
  const proof = await prove(subject, repairOf(project, world.inPlaceOfTwo ?? []), tools, options);
  expect([...textOf.keys()], 'images that are left').toEqual([]);
  expect(readFileSync(path.join(project.root, 'Dockerfile'), 'utf8')).toBe(dockerfile.join('\n'));
  expect(readFileSync(path.join(project.root, 'main.py'), 'utf8')).toBe('print(1)\n');
  return { proof, built, runs: () => runs, waits };
}

const plan: TrialPlan = {
  kind: 'service',
  ports: [80],
  requests: [],
  commands: [],
  runs: [],
  environment: new Map(),
  command: undefined,
  arguments: undefined,
  workingDirectory: undefined,
  files: new Map(),
  security: undefined,
  startSeconds: 1,
  graceSeconds: 1,
  notes: [],
};

const failedAt = (instruction: string): Pick<FailedBuild, 'why' | 'message' | 'step'> => ({
  why: 'failed',
  message: `«${instruction}» failed`,
  step: { name: instruction, instruction, stage: undefined, cached: false, seconds: 1 },
});

const passingOf = (proof: { readonly passing: readonly NamedFix[] }) => proof.passing.map(({ key }) => key);

describe('prove', () => {
  it('builds and runs the original twice and the repaired once without a cache, and both again after a change of a source line', async () => {
    const { proof, built, runs } = await proveIn({});
    expect(proof.verdict).toBe('proved');
    expect(passingOf(proof)).toEqual(['one', 'two', 'three']);
    expect(built.map(({ text, cache }) => `${cache} ${text.includes('--fixed') ? 'repaired' : 'original'}`)).toEqual([
      'none original',
      'none original',
      'warm original',
      'none repaired',
      'warm repaired',
    ]);
    expect(runs()).toBe(3);
    const [first, second, warm, repaired, warmRepaired] = built.map(({ source }) => source);
    expect([first, second, repaired]).toEqual(Array(3).fill('print(1)\n'));
    expect(warm).toMatch(/^print\(1\)\n# .+\n$/);
    // Else the one would find the other's steps in the cache.
    expect(warmRepaired).not.toBe(warm);
    expect(proof.evidence).toMatchObject({
      verdict: 'proved',
      before: { rebuild: { changedFile: 'main.py' } },
      after: { rebuild: { changedFile: 'main.py' } },
      behaviour: { verdict: 'same' },
      builds: 5,
    });
  });

  it('asks the original at two moments of its life, and the repaired at once', async () => {
    const { waits } = await proveIn({});
    expect(waits).toEqual([undefined, expect.any(Number), undefined]);
    // More than a counter of whole seconds takes.
    expect(waits[1]).toBeGreaterThan(1);
  });

  it('withdraws the fix whose step fails, and proves the rest from nothing', async () => {
    const fails = (text: string) => (text.includes('two --fixed') ? failedAt('RUN two --fixed') : undefined);
    const { proof, built } = await proveIn({ fails });
    expect(proof.verdict).toBe('proved');
    expect(passingOf(proof)).toEqual(['one', 'three']);
    expect(proof.withdrawn).toMatchObject([{ rule: 'layers/two', reason: '«RUN two --fixed» failed' }]);
    const last = built.filter(({ cache }) => cache === 'none').at(-1)?.text ?? '';
    expect(last.match(/RUN .*/g)).toEqual(['RUN one --fixed', 'RUN two', 'RUN three --fixed']);
  });

  it('withdraws the fix with which the program answers something else', async () => {
    const answers = (text: string) => (text.includes('three --fixed') ? 'something else' : 'ok');
    const { proof } = await proveIn({ answers });
    expect(proof.verdict).toBe('proved');
    expect(passingOf(proof)).toEqual(['one', 'two']);
    expect(proof.withdrawn.map(({ rule }) => rule)).toEqual(['layers/three']);
  });

  it('makes what a withdrawn fix stood in the way of, where that passes', async () => {
    const fails = (text: string) => (/^RUN two --fixed/m.test(text) ? failedAt('RUN two --fixed') : undefined);
    const { proof, built } = await proveIn({ fails, inPlaceOfTwo: [fixOf('other two')] });
    expect(proof.verdict).toBe('proved');
    expect(passingOf(proof)).toEqual(['one', 'three', 'other two']);
    expect(proof.withdrawn).toMatchObject([{ rule: 'layers/two', reason: '«RUN two --fixed» failed' }]);
    expect(proof.evidence?.fixes.map(({ rule }) => rule)).toEqual(['layers/one', 'layers/three', 'layers/other two']);
    expect(built.at(-2)?.text.match(/RUN .*/g)).toEqual([
      'RUN one --fixed',
      'RUN other two --fixed',
      'RUN three --fixed',
    ]);
  });

  it('is content with what passed, where what could be made in its place does not pass', async () => {
    const fails = (text: string) => (/two --fixed/.test(text) ? failedAt('RUN two --fixed') : undefined);
    const { proof } = await proveIn({ fails, inPlaceOfTwo: [fixOf('other two')] });
    expect(passingOf(proof)).toEqual(['one', 'three']);
    expect(proof.withdrawn.map(({ rule }) => rule)).toEqual(['layers/two']);
  });

  it('holds a difference that is seen once and not again against nobody', async () => {
    const { proof } = await proveIn({ answers: (_, runs) => (runs === 3 ? 'a moment of weakness' : 'ok') });
    expect(proof).toMatchObject({ verdict: 'proved', withdrawn: [] });
  });

  it('withdraws what does not end building', async () => {
    const hangs = { why: 'timeout', message: 'the build did not end in 10 s', step: undefined } as const;
    const { proof } = await proveIn({ fails: (text) => (text.includes('one --fixed') ? hangs : undefined) });
    expect(proof.withdrawn).toMatchObject([{ rule: 'layers/one', reason: 'the build did not end in 10 s' }]);
    expect(passingOf(proof)).toEqual(['two', 'three']);
  });

  it('has failed where no fix passes', async () => {
    const { proof } = await proveIn({ fails: (text) => (text.includes('--fixed') ? failedAt('RUN x') : undefined) });
    expect(proof).toMatchObject({ verdict: 'failed', passing: [], evidence: { after: undefined, fixes: [] } });
    expect(proof.withdrawn).toHaveLength(3);
  });

  it('says which fixes were not tried any more when the builds run out', async () => {
    const fails = (text: string) => (text.includes('two --fixed') ? failedAt('RUN x') : undefined);
    const { proof } = await proveIn({ fails, mostBuilds: 1 });
    expect(proof.withdrawn.some(({ reason }) => reason.includes('--most-builds'))).toBe(true);
    expect(passingOf(proof)).not.toContain('two');
  });

  it('proves nothing where the original does not build', async () => {
    const { proof } = await proveIn({ fails: () => failedAt('RUN one') });
    expect(proof).toMatchObject({ verdict: 'unproved', ended: 'original', evidence: undefined, passing: [] });
    expect(proof.statements.join(' ')).toMatch(/The original does not build: «RUN one» failed.*Nothing is proved\./);
  });

  it('proves nothing where the original itself does not start', async () => {
    const { proof } = await proveIn({ isGood: false });
    expect(proof.verdict).toBe('unproved');
    expect(proof.statements.join(' ')).toContain('Not proved: that it is still the same program');
  });

  it('proves nothing of what the program does where nothing can be run', async () => {
    const { proof } = await proveIn({ runs: false });
    expect(proof).toMatchObject({
      verdict: 'unproved',
      evidence: { behaviour: { verdict: 'unknown', why: 'nothing was run' } },
    });
  });

  it('says what is known when the engine goes away, and takes no fix for passed', async () => {
    const gone = { why: 'system', message: 'the engine went away', step: undefined } as const;
    const { proof } = await proveIn({ fails: (_, builds) => (builds === 4 ? gone : undefined) });
    expect(proof).toMatchObject({ verdict: 'unproved', ended: 'system', passing: [], withdrawn: [] });
    expect(proof.statements).toEqual([
      'The engine went away.',
      'Known so far: the original builds and was measured.',
      'The fixes are not proved.',
    ]);
    expect(proof.evidence).toMatchObject({ verdict: 'unproved', after: undefined });
  });

  it('withdraws the fix whose base image cannot be had, and goes on', async () => {
    const away = { why: 'unreachable', message: 'no answer', step: undefined } as const;
    const { proof } = await proveIn({ fails: (text) => (text.includes('two --fixed') ? away : undefined) });
    expect(proof).toMatchObject({ verdict: 'proved', ended: undefined, withdrawn: [{ reason: 'no answer' }] });
  });

  it('proves nothing, for want of a system, where the base of the original cannot be had', async () => {
    const away = { why: 'unreachable', message: 'no answer', step: undefined } as const;
    const { proof } = await proveIn({ fails: () => away });
    expect(proof).toMatchObject({ verdict: 'unproved', ended: 'system', evidence: undefined });
  });

  it('says what is known when the user interrupts it', async () => {
    const { proof } = await proveIn({ onBuild() {} });
    expect(proof).toMatchObject({ verdict: 'unproved', ended: 'cancelled', passing: [] });
    expect(proof.statements[0]).toMatch(/^Interrupted/);
  });

  it('records names of arguments and secrets, and no value', async () => {
    const { proof } = await proveIn(
      {},
      {
        arguments: new Map([['TOKEN', 'hunter2-argument']]),
        secrets: [{ id: 'npmrc', from: { file: '/nowhere/hunter2' } }],
      },
    );
    expect(proof.evidence?.subject).toMatchObject({ arguments: ['TOKEN'], secrets: ['npmrc'] });
    expect(JSON.stringify(proof)).not.toContain('hunter2-argument');
  });
});
