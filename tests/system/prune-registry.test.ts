import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/prune.ts';
import { registryRepository } from '../../src/image/registry-repository.ts';
import { carryOut } from '../../src/maintain/prune-registry/carry-out.ts';
import { openJournal, readPending } from '../../src/maintain/prune-registry/journal.ts';
import { keepPolicy } from '../../src/maintain/prune-registry/keep-policy.ts';
import { mentionCollector } from '../../src/maintain/prune-registry/mentions.ts';
import { prunePlan } from '../../src/maintain/prune-registry/plan.ts';
import { readInventory } from '../../src/maintain/prune-registry/read-inventory.ts';
import { type CommandRun, runCommand } from '../cli/run-command.ts';
import { type Asked, type Fault, type FaultyRegistry, startFaultyRegistry } from './faulty-registry.ts';
import { indexOf, ociIndex, type PushedDescriptor, type Pusher, pusherTo } from './pushed-images.ts';
import { hasRegistry } from './real-registry.ts';

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const old = daysAgo(90);
const cli = path.join(import.meta.dirname, '../../dist/cli/main.js');
const signatureTag = ({ digest }: PushedDescriptor, kind = '.sig') => `${digest.replace(':', '-')}${kind}`;
/** What the command asks first, to know whether the registry deletes at all. */
const nothing = `sha256:${'0'.repeat(64)}`;

describe.skipIf(!hasRegistry)('prune registry, with docker-registry', () => {
  let registry: FaultyRegistry;
  let push: Pusher;
  let directory: string;
  beforeAll(async () => {
    registry = await startFaultyRegistry({ deletion: true });
    push = pusherTo(registry.ownHost);
    directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-prune-'));
  });
  beforeEach(() => {
    registry.spoil(() => undefined);
    rmSync(path.join(directory, 'state'), { recursive: true, force: true });
  });
  afterAll(() => {
    registry.stop();
    rmSync(directory, { recursive: true });
  });

  /** Of one repository, with a policy that keeps nothing but what is said. */
  const prune = (repository: string, ...args: string[]): Promise<CommandRun> =>
    runCommand(command, directory, ['registry', `${registry.host}/${repository}`, ...base, ...args]);
  const base = ['--no-config', '--keep-last', '0', '--keep-tag', 'latest', '--state', 'state'];
  const write = ['--write', '--no-cluster', '--rate', '1000'];

  it('says for each image whether it is kept, and why', async () => {
    const first = await push.image('reasons', { layers: ['base', 'old'], created: old }, '1.0');
    await push.image('reasons', { layers: ['base', 'new'], created: daysAgo(1) }, 'latest');
    const arm = await push.image('reasons', { layers: ['base', 'arm'], created: daysAgo(80) });
    await push.manifest('reasons', indexOf([arm]), 'multi');
    await push.image('reasons', { layers: ['signature'] }, signatureTag(first));
    await push.image('reasons', { layers: ['nobody knows'] }, 'undated');
    const { code, stdout } = await prune('reasons');
    expect(code).toBe(0);
    const reasons = stdout.split('\n').filter((line) => /^ {2}\w/.test(line));
    expect(reasons.map((line) => line.replaceAll(/sha256[-:][0-9a-f]+/g, '…'))).toEqual([
      '  kept   latest: the policy keeps the tag latest',
      '  kept   undated: nothing says when it was pushed or built',
      expect.stringMatching(
        /^ {2}delete 1\.0 \(\d+ B\): built on \S+, 90 days ago; no rule of the policy keeps it, and nothing that was asked needs it$/,
      ),
      expect.stringMatching(/^ {2}delete multi /),
      expect.stringMatching(/^ {2}delete ….sig \(\d+ B\): it refers to 1\.0, which is deleted$/),
      expect.stringMatching(/^ {2}delete … \(\d+ B\): only multi lists it, which is deleted$/),
    ]);
    expect(registry.asked.every(({ method }) => method === 'GET' || method === 'HEAD')).toBe(true);
  });

  it('deletes what the plan says, keeps all else, and says so as its schema has it', async () => {
    const shared = await push.image('exact', { layers: ['shared'], created: old }, 'old');
    await push.image('exact', { layers: ['shared'], created: old }, 'latest');
    const gone = await push.image('exact', { layers: ['gone'], created: old }, 'gone');
    const arm = await push.image('exact', { layers: ['arm'], created: old });
    const index = await push.manifest('exact', indexOf([arm, shared]), 'multi');
    const planned = JSON.parse((await prune('exact', '--json')).stdout);
    const { code, stdout } = await prune('exact', ...write, '--json', '--plan', planned.plan);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    const schema = JSON.parse(
      readFileSync(path.join(import.meta.dirname, '../../schemas/prune-registry.schema.json'), 'utf8'),
    );
    const validate = new Ajv2020({ formats: { 'date-time': true }, allowUnionTypes: true }).compile(schema);
    for (const each of [planned, report]) expect(validate(each), JSON.stringify(validate.errors)).toBe(true);
    expect(report.run).toEqual({ deleted: 3, stopped: null, diskBefore: null, diskAfter: null });
    for (const { digest } of [gone, arm, index]) expect(await push.head('exact', digest)).toBe(404);
    for (const tag of ['old', 'latest']) expect(await push.head('exact', tag)).toBe(shared.digest);
  });

  it('deletes nothing where the plan is another one than was looked at', async () => {
    const image = await push.image('another', { layers: ['a'], created: old }, '1');
    await push.image('another', { layers: ['b'], created: old }, 'latest');
    const { plan } = JSON.parse((await prune('another', '--json')).stdout);
    await push.image('another', { layers: ['c'], created: old }, '2');
    await expect(prune('another', ...write, '--plan', plan)).rejects.toThrow(/the plan is not \S+ any more/);
    expect(await push.head('another', '1')).toBe(image.digest);
  });

  it('does not empty a repository unless that is meant, with the number', async () => {
    const image = await push.image('empty', { layers: ['a'], created: old }, '1');
    await push.image('empty', { layers: ['b'], created: old }, '2');
    await expect(prune('empty', ...write)).rejects.toThrow(
      /would delete everything: 2 manifests in all; nothing was deleted/,
    );
    await expect(prune('empty', ...write, '--yes-really', '3')).rejects.toThrow(/nothing was deleted/);
    expect(await push.head('empty', '1')).toBe(image.digest);
    expect((await prune('empty', ...write, '--yes-really', '2')).code).toBe(0);
    expect(await push.head('empty', '1')).toBe(404);
  });

  it('is not led astray by one image without a date', async () => {
    const image = await push.image('undated', { layers: ['a'], created: old }, '1');
    await push.image('undated', { layers: ['b'] }, '2');
    await expect(prune('undated', ...write)).rejects.toThrow(
      /would delete every image that it could judge: 1 manifests in all; nothing was deleted/,
    );
    expect(await push.head('undated', '1')).toBe(image.digest);
  });

  it.each([404, 200])(
    'keeps a repository whose storage has other tags than the registry lists (%i)',
    async (status) => {
      const repository = `astray-${status}`;
      const images = [];
      for (const tag of ['latest', '1', '2'])
        images.push(await push.image(repository, { layers: [tag], created: old }, tag));
      const body = JSON.stringify({ name: repository, tags: ['1'] });
      registry.spoil(({ url }) => (/\/tags\/list/.test(url) ? { kind: 'answer', status, body } : undefined));
      const storage = ['--storage', registry.data, '--keep-younger', '0d'];
      const run = prune(repository, ...storage, ...write, '--yes-really', '3');
      await expect(run).rejects.toThrow(/its storage has the tag \S+ at sha256:/);
      registry.spoil(() => undefined);
      for (const { digest } of images) expect(await push.head(repository, digest)).toBe(digest);
      const { code } = await prune(repository, ...write);
      expect(code).toBe(0);
      expect(await push.head(repository, '1')).toBe(404);
      expect(await push.head(repository, 'latest')).toBe(images[0]?.digest);
    },
  );

  it('refuses a repository that is not there, and a name that a script left empty', async () => {
    await expect(prune('absent', ...write)).rejects.toThrow(
      /has no repository absent, or none of its manifests ever had a tag; nothing was deleted/,
    );
    await expect(prune('', ...write)).rejects.toThrow(/a repository is missing behind the slash/);
    await expect(prune('shop/', ...write)).rejects.toThrow(/a repository is missing behind the slash/);
  });

  it('deletes nothing while nobody says what runs, or the cluster cannot be asked', async () => {
    const image = await push.image('clusters', { layers: ['a'], created: old }, '1');
    const kubeconfig = path.join(directory, 'kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'prod',
        contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:9' } }],
        users: [{ name: 'u', user: {} }],
      }),
    );
    await expect(prune('clusters', '--write')).rejects.toThrow(/nobody says which clusters/);
    await expect(
      prune('clusters', '--write', '--context', 'prod', '--kubeconfig', kubeconfig, '--yes-really', '1'),
    ).rejects.toThrow(/nothing was deleted, as what is not known may need any image/);
    expect(await push.head('clusters', '1')).toBe(image.digest);
  });

  it('keeps what a git repository names at any of its refs', async () => {
    const repository = path.join(directory, 'deploy');
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
        stdio: 'ignore',
      });
    const digest = await push.image('git/web', { layers: ['by digest'], created: old }, 'moved');
    for (const tag of ['1.1', '1.2', '1.3', '1.4', '1.5'])
      await push.image('git/web', { layers: [tag], created: old }, tag);
    mkdirSync(repository);
    git('init', '-q', '-b', 'main');
    const commit = (text: string) => {
      writeFileSync(path.join(repository, 'deploy.yaml'), text);
      git('add', '-A');
      git('commit', '-qm', 'x');
    };
    commit(`image: registry.example/git/web:1.1\n`);
    git('tag', '-a', '-m', 'x', 'v1');
    git('checkout', '-qb', 'staging');
    commit(`images: [{name: git/web, newTag: "1.2"}]\nother: proxy.example/x/git/web@${digest.digest}\n`);
    git('checkout', '-q', 'main');
    commit(`image: registry.example/git/web:1.3\n`);
    commit(`image: registry.example/git/web:1.4\n`);
    const { stdout } = await prune('git/web', '--git', 'deploy');
    const kept = stdout.split('\n').flatMap((line) => /^ {2}kept {3}(\S+):/.exec(line)?.[1] ?? []);
    expect(kept.sort()).toEqual(['1.1', '1.2', '1.4', 'moved']);
    expect(stdout).not.toMatch(/is a clone of/);
    for (const [name, ...flags] of [
      ['single', '--single-branch'],
      ['shallow', '--depth=1', '--no-single-branch'],
      ['whole'],
    ] as const) {
      const source = `file://${repository}`;
      execFileSync('git', ['clone', '-q', ...flags, source, path.join(directory, name)], { stdio: 'ignore' });
      const run = await prune('git/web', '--git', name);
      expect(/not known {2}(.*) is a clone of (\w+)/.exec(run.stdout)?.[2], name).toBe(
        { single: 'some', shallow: 'limited', whole: undefined }[name],
      );
    }
  });

  describe('when something changes after the plan', () => {
    /** Runs with `--write`, and does something between the plan and the first deletion. */
    const changing = async (repository: string, change: () => Promise<unknown>): Promise<CommandRun> => {
      registry.spoil(({ method, url }) =>
        method === 'DELETE' && url.endsWith(nothing) ? { kind: 'wait', until: change() } : undefined,
      );
      return prune(repository, ...write);
    };

    it.each<{
      readonly what: string;
      readonly change: (
        repository: string,
        images: Readonly<Record<'a' | 'b' | 'part', PushedDescriptor>>,
      ) => Promise<unknown>;
      readonly left: RegExp;
    }>([
      {
        what: 'a tag is pushed that points there',
        change: (repository) => push.image(repository, { layers: ['a'], created: old }, 'again'),
        left: /the tag again was pushed since the plan/,
      },
      {
        what: 'a kept tag is moved back to it',
        change: (repository) => push.image(repository, { layers: ['a'], created: old }, 'latest'),
        left: /the tag latest was moved since the plan/,
      },
      {
        what: 'its own tag is moved away',
        change: (repository) => push.image(repository, { layers: ['new a'], created: old }, 'a'),
        left: /its tag a moved since the plan/,
      },
      {
        what: 'an index is pushed that lists it',
        change: (repository, { a }) => push.manifest(repository, indexOf([a]), 'multi'),
        left: /the tag multi was pushed since the plan/,
      },
      {
        what: 'it is signed',
        change: (repository, { a }) => push.image(repository, { layers: ['signature'] }, signatureTag(a)),
        left: /\.sig, which refers to it, was pushed since the plan/,
      },
    ])('leaves it alone where $what', async ({ change, left, what }) => {
      const repository = what.replaceAll(/[^a-z]/g, '-');
      await push.image(repository, { layers: ['latest'], created: old }, 'latest');
      const a = await push.image(repository, { layers: ['a'], created: old }, 'a');
      const b = await push.image(repository, { layers: ['b'], created: old }, 'b');
      const part = await push.image(repository, { layers: ['part'], created: old });
      const { code, stdout } = await changing(repository, () => change(repository, { a, b, part }));
      expect(code).toBe(1);
      expect(stdout).toMatch(left);
      expect(stdout).not.toMatch(/Nothing is deleted yet/);
      expect(await push.head(repository, a.digest)).toBe(a.digest);
      expect(await push.head(repository, b.digest)).toBe(404);
    });

    it('sees a tag that is pushed between two deletions', async () => {
      await push.image('between', { layers: ['latest'], created: old }, 'latest');
      const images: PushedDescriptor[] = [];
      for (const name of ['a', 'b']) images.push(await push.image('between', { layers: [name], created: old }, name));
      let deletions = 0;
      registry.spoil(({ method, url }) => {
        if (method !== 'DELETE' || url.endsWith(nothing) || ++deletions > 1) return undefined;
        // Whichever is not at its turn gets a tag: the look before is younger than a second.
        const [next = 'b'] = ['a', 'b'].filter((_, at) => !url.endsWith(images[at]?.digest ?? ''));
        return { kind: 'wait', until: push.image('between', { layers: [next], created: old }, 'release') };
      });
      const { code, stdout } = await prune('between', ...write);
      expect(code).toBe(1);
      expect(stdout).toMatch(/the tag release was pushed since the plan/);
      expect(await push.head('between', 'release')).toMatch(/^sha256:/);
    });

    it('stops where the list of tags is not whole any more', async () => {
      await push.image('partial', { layers: ['latest'], created: old }, 'latest');
      const a = await push.image('partial', { layers: ['a'], created: old }, 'a');
      let lists = 0;
      registry.spoil(({ url }) =>
        /\/tags\/list/.test(url) && ++lists > 1 ? { kind: 'answer', status: 404 } : undefined,
      );
      const { code, stdout } = await prune('partial', ...write);
      expect(code).toBe(3);
      expect(stdout).toMatch(/has the tag \S+ and does not list it; no more is deleted/);
      expect(await push.head('partial', 'a')).toBe(a.digest);
    });

    it('leaves alone what belongs to what it leaves alone', async () => {
      await push.image('parts', { layers: ['latest'], created: old }, 'latest');
      const part = await push.image('parts', { layers: ['part'], created: old });
      const index = await push.manifest('parts', indexOf([part]), 'index');
      const signature = await push.image('parts', { layers: ['signature'] }, signatureTag(part));
      await changing('parts', () => push.manifest('parts', indexOf([part]), 'index-again'));
      for (const each of [part, index, signature]) expect(await push.head('parts', each.digest)).toBe(each.digest);
    });

    it('goes on where somebody else deleted the same, and stops where a kept tag is gone', async () => {
      const kept = await push.image('others', { layers: ['latest'], created: old }, 'latest');
      const a = await push.image('others', { layers: ['a'], created: old }, 'a');
      await push.image('others', { layers: ['b'], created: old }, 'b');
      const remove = (digest: string) =>
        fetch(`http://${registry.ownHost}/v2/others/manifests/${digest}`, { method: 'DELETE' });
      const first = await changing('others', () => remove(a.digest));
      expect(first.stdout).toMatch(/left alone.*its tag a was deleted since the plan|gone already/);
      await push.image('others', { layers: ['c'], created: old }, 'c');
      const second = await changing('others', () => remove(kept.digest));
      expect(second.code).toBe(3);
      expect(second.stdout).toMatch(/the tag latest of others was kept and is not there any more/);
      expect(await push.head('others', 'c')).toMatch(/^sha256:/);
    });
  });

  /** Kills a run at a request that it sends, and lets the next one go on. Gives whether it came so far. */
  async function killed(repository: string, isWhen: (asked: Asked, count: number) => boolean): Promise<boolean> {
    const kept = await push.image(repository, { layers: ['latest'], created: old }, 'latest');
    const parts = [];
    for (const name of ['x', 'y']) parts.push(await push.image(repository, { layers: [name], created: old }));
    const index = await push.manifest(repository, indexOf([...parts, kept]), 'index');
    const signature = await push.image(repository, { layers: ['signature'] }, signatureTag(index));
    const args = ['registry', `${registry.host}/${repository}`, ...base, ...write];
    const child = spawn(process.execPath, [cli, 'prune', ...args], { cwd: directory, stdio: 'ignore' });
    let isKilled = false;
    registry.spoil((asked, count) => {
      if (isKilled || !isWhen(asked, count)) return undefined;
      isKilled = true;
      // Killed while the registry is at it.
      child.kill('SIGKILL');
      return { kind: 'wait', until: once(child, 'exit') };
    });
    await once(child, 'exit');
    registry.spoil(() => undefined);
    if (isKilled) {
      expect(await push.head(repository, 'latest')).toBe(kept.digest);
      expect((await prune(repository, ...write)).code).toBe(0);
    }
    for (const { digest } of [...parts, index, signature]) expect(await push.head(repository, digest)).toBe(404);
    expect(await push.head(repository, 'latest')).toBe(kept.digest);
    return isKilled;
  }

  it('goes on after it was killed at any deletion, and loses nothing', async () => {
    for (const at of [1, 2, 3, 4]) {
      let deletions = 0;
      const isWhen = ({ method, url }: Asked) => method === 'DELETE' && !url.endsWith(nothing) && ++deletions === at;
      expect(await killed(`killed-${at}`, isWhen)).toBe(true);
    }
  }, 60_000);

  // A minute and more: `npm run test:prune`.
  if (process.env.PLIMSOLL_PRUNE === 'all')
    it('goes on after it was killed at any of its requests', async () => {
      let at = 1;
      while (await killed(`killed-at-${at}`, (_, count) => count === at)) at += 1;
      console.log(`killed at each of ${at - 1} requests`);
      expect(at).toBeGreaterThan(20);
    }, 600_000);

  it('is alone: a second run is told who is at it', async () => {
    await push.image('alone', { layers: ['latest'], created: old }, 'latest');
    await push.image('alone', { layers: ['a'], created: old }, 'a');
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const begun = new Promise<void>((resolve) => {
      registry.spoil(({ method }) => {
        if (method !== 'DELETE') return undefined;
        resolve();
        return { kind: 'wait', until: held };
      });
    });
    const first = prune('alone', ...write);
    await begun;
    await expect(prune('alone', ...write)).rejects.toThrow(/another run is clearing this registry/);
    go();
    expect((await first).code).toBe(0);
  });

  it('loses nothing where another machine is at it, too, which does not see its lock', async () => {
    const kept = await push.image('both', { layers: ['latest'], created: old }, 'latest');
    const gone: PushedDescriptor[] = [];
    for (const tag of ['a', 'b', 'c', 'd', 'e', 'f'])
      gone.push(await push.image('both', { layers: [tag], created: old }, tag));
    const part = await push.image('both', { layers: ['part'], created: old });
    gone.push(part, await push.manifest('both', indexOf([part]), 'index'));
    const runs = await Promise.all(['one', 'other'].map((state) => prune('both', ...write, '--state', state)));
    // What the other one was quicker with is left alone, or gone already.
    for (const { code, stdout } of runs) expect([0, 1], stdout).toContain(code);
    for (const { digest } of gone) expect(await push.head('both', digest)).toBe(404);
    expect(await push.head('both', 'latest')).toBe(kept.digest);
    expect((await prune('both', ...write)).code).toBe(0);
  });

  it('lists what the API of referrers knows, and keeps or deletes it with what it refers to', async () => {
    const kept = await push.image('attached', { layers: ['latest'], created: old }, 'latest');
    const gone = await push.image('attached', { layers: ['gone'], created: old }, 'gone');
    const about = new Map<string, PushedDescriptor>();
    for (const subject of [kept, gone])
      about.set(subject.digest, await push.image('attached', { layers: ['sbom'], subject }));
    registry.spoil(({ url }) => {
      const digest = /\/referrers\/(.*)$/.exec(url)?.[1];
      if (digest === undefined) return undefined;
      const found = about.get(digest);
      return {
        kind: 'answer',
        status: 200,
        headers: { 'content-type': ociIndex },
        body: JSON.stringify(indexOf(found ? [found] : [])),
      };
    });
    const { stdout } = await prune('attached', ...write, '--json');
    const { repositories, run } = JSON.parse(stdout);
    expect(run.deleted).toBe(2);
    expect(repositories[0].items).toHaveLength(4);
    expect(await push.head('attached', about.get(kept.digest)?.digest ?? '')).toBe(about.get(kept.digest)?.digest);
    expect(await push.head('attached', about.get(gone.digest)?.digest ?? '')).toBe(404);
  });

  it('keeps a repository whose list of referrers goes on where nobody can follow', async () => {
    await push.image('endless', { layers: ['latest'], created: old }, 'latest');
    const a = await push.image('endless', { layers: ['a'], created: old }, 'a');
    registry.spoil(({ url }) =>
      url.includes('/referrers/')
        ? {
            kind: 'answer',
            status: 200,
            headers: { 'content-type': ociIndex, link: '</v2/elsewhere?page=2>; rel="next"' },
            body: JSON.stringify(indexOf([])),
          }
        : undefined,
    );
    await expect(prune('endless', ...write)).rejects.toThrow(/goes on with a list at another place than it began/);
    expect(await push.head('endless', 'a')).toBe(a.digest);
  });

  it('keeps a whole repository of which the registry tells what cannot be true', async () => {
    const image = await push.image('lies', { layers: ['a'], created: old }, 'a');
    await push.image('lies', { layers: ['b'], created: old }, 'b');
    await push.image('truth', { layers: ['latest'], created: old }, 'latest');
    await push.image('truth', { layers: ['b'], created: old }, 'b');
    registry.spoil(({ method, url }) =>
      method === 'GET' && url === '/v2/lies/manifests/a'
        ? { kind: 'change', change: (body) => Buffer.from(body.toString().replace('schemaVersion', 'schemaVersioN')) }
        : undefined,
    );
    const { stdout } = await prune('lies', `${registry.host}/truth`, ...write);
    expect(stdout).toMatch(/all of it: not all of it is known: .*digest of a/);
    expect(await push.head('lies', 'b')).toMatch(/^sha256:/);
    expect(await push.head('lies', 'a')).toBe(image.digest);
    expect(await push.head('truth', 'b')).toBe(404);
  });

  it('says so where the registry does not delete, and nothing is lost', async () => {
    const image = await push.image('undeletable', { layers: ['a'], created: old }, 'a');
    await push.image('undeletable', { layers: ['b'], created: old }, 'latest');
    registry.spoil(({ method }) => (method === 'DELETE' ? { kind: 'answer', status: 405 } : undefined));
    await expect(prune('undeletable', ...write)).rejects.toThrow(
      /does not delete manifests \(it answers 405\); nothing was deleted/,
    );
    expect(await push.head('undeletable', 'a')).toBe(image.digest);
  });

  describe('with a registry that fails', () => {
    /** What the command does, with faster clocks; `clock` in seconds. */
    async function run(repository: string, { clock = Date.now() / 1000, timeoutSeconds = 2 } = {}) {
      const options = {
        fetch,
        credentials: () => undefined,
        timeoutSeconds,
        attempts: 3,
        sleep: async () => {},
      };
      const inventory = await readInventory({
        registry: registry.host,
        repositories: [repository],
        isWhole: false,
        options,
        known: () => new Map(),
        clock,
      });
      const policy = keepPolicy({ keep: {}, repositories: [] }, { last: 0 });
      const plan = prunePlan(inventory, policy, mentionCollector([repository]).mentions, []);
      const state = path.join(directory, 'state');
      const journal = openJournal(state, plan, readPending(state));
      const result = () =>
        carryOut({
          plan,
          inventory,
          repository: (name) => registryRepository(registry.host, name, options),
          journal,
          lock: { isHeld: () => true },
          rate: 1000,
          now: () => performance.now(),
          sleep: (milliseconds) => sleep(milliseconds),
        }).finally(journal.close);
      return { plan, result };
    }
    const isDeletion = (asked: Asked) => asked.method === 'DELETE' && !asked.url.endsWith(nothing);
    async function pushThree(repository: string): Promise<PushedDescriptor[]> {
      const pushed = [];
      for (const tag of ['latest', 'a', 'b'])
        pushed.push(await push.image(repository, { layers: [tag], created: old }, tag));
      return pushed;
    }

    it('asks again where it is told to come later, and deletes all', async () => {
      const [latest, a, b] = await pushThree('later');
      const { result } = await run('later');
      let refused = 0;
      registry.spoil((asked) =>
        isDeletion(asked) && ++refused <= 2
          ? { kind: 'answer', status: 429, headers: { 'retry-after': '0' } }
          : undefined,
      );
      expect((await result()).items.map(({ outcome }) => outcome)).toEqual(['deleted', 'deleted']);
      expect(await push.head('later', 'latest')).toBe(latest?.digest);
      for (const each of [a, b]) expect(await push.head('later', each?.digest ?? '')).toBe(404);
    });

    it.each<[string, () => Fault]>([
      ['answers 500', () => ({ kind: 'answer', status: 500 })],
      ['answers 429 without an end', () => ({ kind: 'answer', status: 429, headers: { 'retry-after': '3600' } })],
      ['forbids it', () => ({ kind: 'answer', status: 403 })],
      ['never answers', () => ({ kind: 'wait', until: sleep(4000) })],
    ])('stops where it %s, and the next run goes on', async (what, fault) => {
      const repository = what.replaceAll(/[^a-z0-9]/g, '-');
      await pushThree(repository);
      const { result } = await run(repository, { timeoutSeconds: 0.5 });
      let deletions = 0;
      registry.spoil((asked) => (isDeletion(asked) && ++deletions > 1 ? fault() : undefined));
      const stopped = await result();
      expect(stopped.items.map(({ outcome }) => outcome)).toEqual(['deleted']);
      expect(stopped.stopped).toMatch(/did not delete sha256:/);
      registry.spoil(() => undefined);
      expect((await (await run(repository)).result()).stopped).toBeUndefined();
      expect(await push.head(repository, 'latest')).toMatch(/^sha256:/);
      expect(await push.head(repository, 'b')).toBe(404);
    });

    it('counts what it deleted, though its answer was lost', async () => {
      await pushThree('lost');
      const { result } = await run('lost', { timeoutSeconds: 0.3 });
      registry.spoil((asked) => {
        if (!isDeletion(asked)) return undefined;
        const done = fetch(`http://${registry.ownHost}${asked.url}`, { method: 'DELETE' });
        return { kind: 'wait', until: done.then(() => sleep(600)) };
      });
      expect((await result()).items.map(({ outcome }) => outcome)).toEqual(['deleted', 'deleted']);
    });

    it('leaves alone what belongs to what it only says it deleted', async () => {
      const part = await push.image('says', { layers: ['part'], created: old });
      const index = await push.manifest('says', indexOf([part]), 'index');
      await push.image('says', { layers: ['latest'], created: old }, 'latest');
      const { result } = await run('says');
      registry.spoil((asked) =>
        isDeletion(asked) && asked.url.endsWith(index.digest) ? { kind: 'answer', status: 202 } : undefined,
      );
      expect((await result()).items.map(({ outcome }) => outcome)).toEqual(['left alone', 'left alone']);
      for (const each of [part, index]) expect(await push.head('says', each.digest)).toBe(each.digest);
    });

    it.each<[string, string, RegExp]>([
      ['another digest for a tag that is kept', '/manifests/latest', /^$/],
      ['another digest than it is asked for', '/manifests/sha256:', /names sha256:0+1 when it is asked for/],
    ])('stops or leaves alone where it names %s', async (what, url, message) => {
      const repository = what.replaceAll(/[^a-z0-9]/g, '-');
      const [, a, b] = await pushThree(repository);
      const { result } = await run(repository);
      registry.spoil((asked) =>
        asked.method === 'HEAD' && asked.url.includes(url)
          ? { kind: 'answer', status: 200, headers: { 'docker-content-digest': `sha256:${'1'.padStart(64, '0')}` } }
          : undefined,
      );
      const { stopped = '' } = await result();
      expect(stopped).toMatch(message);
      for (const each of [a, b])
        if (url.includes('sha256')) expect(await push.head(repository, each?.digest ?? '')).toBe(each?.digest);
      registry.spoil(() => undefined);
      expect(await push.head(repository, 'latest')).toMatch(/^sha256:/);
    });

    it.each([500, 429])('deletes nothing where it answers %i while it is read', async (status) => {
      await pushThree('unread');
      registry.spoil(({ url }) =>
        url.endsWith('/manifests/a') ? { kind: 'answer', status, headers: { 'retry-after': '3600' } } : undefined,
      );
      await expect(run('unread')).rejects.toThrow(new RegExp(`answered ${status}`));
    });

    it('makes nothing older by a clock that is ahead', async () => {
      await push.image('clock', { layers: ['young'], created: daysAgo(2.5) }, 'young');
      const { plan } = await run('clock', { clock: Date.now() / 1000 + 400 * 86_400 });
      expect(plan.repositories[0]?.items[0]?.reason).toMatch(/2 days ago: younger than 30 days/);
      expect(plan.unknown.join()).toMatch(/The clocks of this machine and of \S+ differ by 345600\d\d s/);
    });
  });
});
