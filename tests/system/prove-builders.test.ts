import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openImage } from '../../src/image/sources/open-image.ts';
import type { Builder } from '../../src/prove/build.ts';
import { findBuilder, parseBuilderChoice } from '../../src/prove/builders/find-builder.ts';
import { ownerName } from '../../src/prove/owner.ts';
import { exportImage } from './oci-layout.ts';
import {
  type Application,
  application,
  type Builders,
  build,
  docker,
  type Environment,
  isRunning,
  mustBuild,
  mustFail,
  remoteBuilder,
  startBuilders,
} from './prove-builds.ts';

// What builds for `plimsoll prove`, each by its real engine. Docker Engine's BuildKit and Buildah run with every set of tests, all of them and the slow
// faults with `npm run test:prove`.

const all = process.env.PLIMSOLL_PROVE === 'all';
const never = new AbortController().signal;

const kinds = all
  ? ['docker', 'docker-classic', 'buildkitd', 'buildah', 'podman', 'buildx', `buildx:${remoteBuilder}`]
  : ['docker', 'buildah'];

let builders: Builders;
let scratch: string;
let environment: Environment;
const applications: Application[] = [];

beforeAll(async () => {
  builders = startBuilders(all);
  ({ scratch, environment } = builders);
}, 600_000);

afterEach(() => {
  for (const app of applications.splice(0)) app.remove();
});

afterAll(() => builders?.stop());

function app(dockerfile: string, files?: Readonly<Record<string, string>>): Application {
  const made = application(dockerfile, files);
  applications.push(made);
  return made;
}

/** No registry is needed: a daemon of BuildKit gets its base as a layout. */
function bases(kind: string): ReadonlyMap<string, string> {
  if (kind !== 'buildkitd' && kind !== `buildx:${remoteBuilder}`) return new Map();
  const layout = path.join(scratch, 'layout');
  mkdirSync(layout, { recursive: true });
  const digest = exportImage([docker, '-H', environment.DOCKER_HOST ?? ''], 'busybox:latest', layout);
  return new Map([['busybox', `oci-layout://${layout}@${digest}`]]);
}

function instructions(
  steps: readonly { readonly instruction: string | undefined; readonly cached: boolean }[],
): string[] {
  return steps.flatMap(({ instruction, cached }) =>
    instruction === undefined || /^(?:FROM|CMD|ARG)/.test(instruction)
      ? []
      : [`${cached ? 'cached' : 'done'} ${instruction}`],
  );
}

/** What is not defined is not skipped: skipped tests are counted as what this machine lacks. */
function inFullSet(isIn: boolean, title: string, run: () => Promise<void>, timeout = 60_000): void {
  if (isIn) test(title, run, timeout);
}

const unbuildable: readonly (readonly [string, string, string, RegExp])[] = [
  // A daemon behind buildx does not always say which step failed before the build is over: then it is where the build was.
  [
    'a file that is not in the context',
    'FROM busybox\nCOPY nosuch /\n',
    'failed',
    /«COPY nosuch \/»(?: failed)?: .*nosuch/,
  ],
  ['an instruction that is none', 'FROM busybox\nRUNN x\n', 'failed', /nknown instruction: "?RUNN/],
  [
    'a registry that is not there',
    'FROM 127.0.0.1:9/nothing\nRUN x\n',
    'unreachable',
    /cannot be reached.*connection refused/,
  ],
];

describe.each(kinds)('%s', (kind) => {
  let builder: Builder;
  const asked = () => ({ contexts: bases(kind) });

  beforeAll(async () => {
    builder = await findBuilder(parseBuilderChoice(kind), environment, never);
  }, 60_000);

  afterAll(async () => {
    await builder?.close();
    expect(leftovers(kind)).toEqual([]);
  });

  test('builds without cache, then with what it has; the image is found, and values of arguments are nowhere', async () => {
    const made = app(
      'FROM busybox\nARG FROM_OUTSIDE\nRUN echo "got $FROM_OUTSIDE" && echo 1 > /one\nCOPY a.txt /a.txt\nCMD ["cat", "/a.txt"]\n',
      {
        'a.txt': 'a\n',
      },
    );
    const request = { ...asked(), arguments: new Map([['FROM_OUTSIDE', undefined]]) };
    const first = await mustBuild(builder, made.request(request));
    expect(instructions(first.steps).every((line) => line.startsWith('done'))).toBe(true);
    expect(first.steps.some(({ instruction }) => instruction === 'COPY a.txt /a.txt')).toBe(true);
    if (kind !== 'buildah' && kind !== 'podman') expect(first.contextBytes).toBeGreaterThan(0);
    expect(made.log()).toContain('got •••');
    expect(made.log()).not.toContain('outside-value');
    expect(JSON.stringify(first)).not.toContain('outside-value');

    // Earlier runs of this left what they built in the engine's cache.
    made.write('a.txt', `${Math.random()}\n`);
    const second = await mustBuild(builder, made.request({ ...request, cache: 'warm' }));
    const lines = instructions(second.steps);
    expect(lines.filter((line) => line.startsWith('cached RUN echo')).length).toBe(1);
    expect(lines).toContain('done COPY a.txt /a.txt');

    const image = await openImage(second.source, { environment: builder.environment });
    expect([image.configuration.digest ?? second.id, image.layers.length]).toEqual([second.id, 3]);
    await image.close();
    await builder.forget(first);
    await builder.forget(second);
  }, 120_000);

  test('a step that fails is named with its exit code and last words', async () => {
    const made = app('FROM busybox\nRUN echo last words; exit 3\n');
    const failure = await mustFail(builder, made.request(asked()));
    expect([failure.why, failure.message]).toEqual([
      'failed',
      '«RUN echo last words; exit 3» failed with exit code 3: last words.',
    ]);
    expect(made.log()).toContain('last words');
  }, 60_000);

  test('a build that is interrupted is over, everywhere', async () => {
    const mark = `9${process.pid}${kind.length}`;
    const made = app(`FROM busybox\nRUN echo ${mark} > /made\nRUN sleep ${mark}\n`);
    const interruption = new AbortController();
    const running = mustFail(builder, made.request(asked()), interruption.signal);
    await expect.poll(() => isRunning(`^sleep ${mark}`), { timeout: 30_000, interval: 100 }).toBe(true);
    interruption.abort();
    const failure = await running;
    expect(failure.why).toBe('cancelled');
    expect(failure.message).toBe(`The build was interrupted, at «RUN sleep ${mark}».`);
    await expect.poll(() => isRunning(`^sleep ${mark}`), { timeout: 5000, interval: 100 }).toBe(false);
  }, 60_000);

  inFullSet(
    all,
    'a build that hangs is ended at its time',
    async () => {
      const mark = `8${process.pid}${kind.length}`;
      const made = app(`FROM busybox\nRUN sleep ${mark}\n`);
      const failure = await mustFail(builder, made.request({ ...asked(), timeoutSeconds: 6 }));
      expect([failure.why, failure.message]).toEqual([
        'timeout',
        `The build took longer than 6 s and was ended, at «RUN sleep ${mark}».`,
      ]);
      expect(failure.seconds).toBeLessThan(15);
      await expect.poll(() => isRunning(`^sleep ${mark}`), { timeout: 5000, interval: 100 }).toBe(false);
    },
    60_000,
  );

  for (const [title, dockerfile, why, message] of unbuildable)
    inFullSet(
      all,
      title,
      async () => {
        const failure = await mustFail(builder, app(dockerfile).request(asked()));
        expect(failure.message).toMatch(message);
        expect(failure.why).toBe(why);
      },
      60_000,
    );

  inFullSet(
    all && kind !== 'docker-classic',
    'secrets get to the step, and into nothing else',
    async () => {
      const made = app(
        'FROM busybox\nRUN --mount=type=secret,id=one --mount=type=secret,id=two cat /run/secrets/one /run/secrets/two; wc -c /run/secrets/two\n',
        {
          '../secret': 'file-value\n',
        },
      );
      const secrets = [
        { id: 'one', from: { file: path.join(made.directory, '../secret') } },
        { id: 'two', from: { environment: 'FROM_OUTSIDE' } },
      ];
      const image = await mustBuild(builder, made.request({ ...asked(), secrets }));
      expect(made.log()).toMatch(/•••\s+/);
      expect(made.log()).not.toMatch(/file-value|outside-value/);
      expect(made.log()).toContain('13 /run/secrets/two');
      await builder.forget(image);
    },
    60_000,
  );

  inFullSet(
    all && (kind === 'docker' || kind === 'buildkitd' || kind.startsWith('buildx')),
    'a cache mount is empty where no cache is asked for, and goes on where it is',
    async () => {
      const made = app(
        'FROM busybox\nCOPY a.txt /\nRUN --mount=type=cache,target=/c echo x >> /c/f; echo "lines $(wc -l < /c/f)"\n',
        { 'a.txt': '1' },
      );
      for (const [cache, lines] of [
        ['none', 1],
        ['none', 1],
        ['warm', 2],
      ] as const) {
        made.write('a.txt', `${cache}${lines}${Math.random()}`);
        await builder.forget(await mustBuild(builder, made.request({ ...asked(), cache })));
        expect(made.log()).toMatch(new RegExp(`\\d lines ${lines}$`, 'm'));
      }
    },
    60_000,
  );

  inFullSet(
    all,
    'what it makes can be given to Docker Engine, and is taken back from there',
    async () => {
      const image = await mustBuild(builder, app('FROM busybox\nCMD ["echo", "runs"]\n').request(asked()));
      const address = { kind: 'docker', client: [docker, '-H', environment.DOCKER_HOST ?? ''] } as const;
      await builder.handTo(address, image);
      expect((await builders.engine.run(image.tag, [])).body).toBe('runs\n');
      await builder.forget(image);
      expect((await builders.engine.run(image.tag, [])).status).not.toBe(0);
    },
    60_000,
  );

  inFullSet(
    all,
    'what a killed run left is removed by the next',
    async () => {
      const made = app('FROM busybox\nRUN echo left > /left\n');
      const dead = ownerName().replace(`-${process.pid}-`, `-${spawnSync('true').pid}-`);
      // Built under the name of a process that is dead, and never forgotten.
      const image = await mustBuild(builder, made.request({ ...asked(), tag: `plimsoll-prove/${dead}:before-1` }));
      expect(leftovers(kind, dead).length + (kind === 'buildkitd' ? 1 : 0)).toBeGreaterThan(0);
      await (await findBuilder(parseBuilderChoice(kind), environment, never)).close();
      expect(leftovers(kind, dead)).toEqual([]);
      await builder.forget(image);
    },
    60_000,
  );

  inFullSet(kind === 'docker-classic', 'secrets and named contexts are refused', async () => {
    const made = app('FROM busybox\n');
    const secrets = [{ id: 'one', from: { environment: 'FROM_OUTSIDE' } }];
    await expect(build(builder, made.request({ secrets }))).rejects.toThrow(/knows no secrets/);
    await expect(build(builder, made.request({ contexts: new Map([['a', '/tmp']]) }))).rejects.toThrow(
      /named contexts/,
    );
  });
});

/** Images, containers and directories of an owner. */
function leftovers(kind: string, owner = ownerName()): string[] {
  const list = (program: string, ...args: string[]) =>
    spawnSync(program, args, { encoding: 'utf8', env: { ...environment } })
      .stdout.split('\n')
      .filter((line) => line.includes(owner));
  const found =
    kind === 'buildah' || kind === 'podman'
      ? list('buildah', 'images', '--format', '{{.Name}}:{{.Tag}}')
      : list(docker, '-H', environment.DOCKER_HOST ?? '', 'images', '--format', '{{.Repository}}:{{.Tag}}');
  return [
    ...found,
    ...[tmpdir(), '/var/tmp'].flatMap((directory) => readdirSync(directory).filter((name) => name.includes(owner))),
  ];
}

test('where nothing builds, what was looked for is said', async () => {
  const empty = path.join(scratch, 'empty');
  mkdirSync(empty, { recursive: true });
  const nothing = { PATH: empty, HOME: empty, DOCKER_HOST: `unix://${empty}/none.sock` };
  const looking = findBuilder(undefined, nothing, never);
  await expect(looking).rejects.toMatchObject({ exitCode: 3 });
  await expect(looking).rejects.toThrow(
    /^No builder answers\. Looked for docker: no docker client on PATH; .*buildah: buildah is not on PATH\.$/,
  );
  const dead = findBuilder(
    parseBuilderChoice('docker'),
    { ...environment, DOCKER_HOST: `unix://${empty}/none.sock` },
    never,
  );
  await expect(dead).rejects.toThrow(/^The builder docker does not answer\. .*none\.sock/);
  // Buildah is there and would build: not what was set.
  const passedOver = findBuilder(undefined, { ...environment, DOCKER_HOST: `unix://${empty}/none.sock` }, never);
  await expect(passedOver).rejects.toThrow(/^The Docker Engine that DOCKER_HOST names does not answer: .*none\.sock/);
});
