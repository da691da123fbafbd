import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/cost.ts';
import { runCommand } from '../cli/run-command.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { type CountingRegistry, startCountingRegistry } from './counting-registry.ts';
import { buildahStore, containerdStore, dockerStore, hasSkopeo, type ImageStore, skopeoStore } from './image-stores.ts';
import { hasRegistry } from './real-registry.ts';

// The bytes that the cost model says, against those that a real registry serves to empty stores of real clients that pull real successive versions.
// CI pulls with skopeo; PLIMSOLL_COST=all (npm run test:node) also with Buildah, containerd and Docker Engine.

const all = process.env.PLIMSOLL_COST === 'all';
const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';
const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-cost-'));
const mine = `plimsoll-cost-${process.pid}`;
const megabyte = 1_000_000;

interface Priced {
  readonly bytesADeploy: number;
  readonly bytesADay: number;
  readonly newNodeBytes: number;
  readonly images: readonly { readonly name: string; readonly bytesADeploy: number; readonly basis: string }[];
}

describe.skipIf(!hasRegistry || !hasSkopeo || !existsSync(docker))('bytes that a registry serves', () => {
  let engine: ContainerEngine;
  let registry: CountingRegistry;
  let socket = '';
  const name = (image: string) => `${registry.host}/shop/${image}`;
  // The engine that built it knows the name, too.
  const there = (image: string) => `docker://${name(image)}`;

  beforeAll(async () => {
    engine = startContainerEngine(['busybox']);
    socket = spawnSync(path.resolve('scripts/engine'), ['up'], { encoding: 'utf8' }).stdout.trim();
    registry = await startCountingRegistry();
    mkdirSync(path.join(scratch, 'deploy'));
    writeFileSync(path.join(scratch, 'deploy', 'all.yaml'), manifests());
    // One dependency layer for all, then each application's own; of the second version only that is new, and another one of both.
    const shared = randomBytes(4 * megabyte);
    const images: readonly (readonly [string, readonly (readonly [string, Buffer])[]])[] = [
      [
        'web:1',
        [
          ['deps', shared],
          ['web-deps', randomBytes(2 * megabyte)],
          ['web', randomBytes(megabyte)],
        ],
      ],
      [
        'api:1',
        [
          ['deps', shared],
          ['api', randomBytes(megabyte)],
        ],
      ],
    ];
    const web = images[0]?.[1] ?? [];
    const tools = ['tools', randomBytes(megabyte)] as const;
    const next: typeof images = [
      ['web:2', [...web.slice(0, 2), tools, ['web', randomBytes(1.5 * megabyte)]]],
      ['api:2', [['deps', shared], tools, ['api', randomBytes(0.5 * megabyte)]]],
    ];
    for (const [image, layers] of [...images, ...next]) await buildAndPush(image, layers);
  });
  afterAll(() => {
    const tags = ['web:1', 'web:2', 'api:1', 'api:2'].flatMap((each) => [
      `${mine}/${each}`,
      registry ? name(each) : '',
    ]);
    spawnSync(docker, ['-H', `unix://${socket}`, 'rmi', ...tags.filter((each) => each !== '')]);
    registry?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function buildAndPush(image: string, layers: readonly (readonly [string, Buffer])[]): Promise<void> {
    const context = mkdtempSync(path.join(scratch, 'context-'));
    for (const [file, content] of layers) writeFileSync(path.join(context, file), content);
    const copies = layers.map(([file]) => `COPY ${file} /srv/${file}\n`).join('');
    writeFileSync(path.join(context, 'Dockerfile'), `FROM busybox:1.35\n${copies}CMD ["sleep", "1000"]\n`);
    await engine.build(context, `${mine}/${image}`, { cache: true });
    await engine.push(`${mine}/${image}`, name(image));
    rmSync(context, { recursive: true });
  }

  async function priced(...args: string[]): Promise<Priced> {
    const flags = ['--plain-http', '--no-config', '--json'];
    const environment = { PATH: process.env.PATH, HOME: scratch, DOCKER_HOST: `unix://${socket}` };
    const { code, stdout, stderr } = await runCommand(command, scratch, ['deploy', ...args, ...flags], { environment });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout);
  }

  /** Pulls one after the other and tells what was served. */
  async function served(pulls: readonly (readonly [ImageStore, string])[]): Promise<number> {
    registry.reset();
    for (const [store, image] of pulls) await store.pull(name(image));
    return registry.served.blobs + registry.served.others;
  }

  const clients: readonly (readonly [string, number, 'digest' | 'chain', () => ImageStore | Promise<ImageStore>])[] = [
    ['skopeo', all ? 4 : 2, 'digest', skopeoStore],
    ...(all
      ? ([
          ['buildah', 2, 'digest', buildahStore],
          ['containerd', 4, 'digest', containerdStore],
          ['Docker Engine', 2, 'chain', dockerStore],
        ] as const)
      : []),
  ];
  const rows: string[] = [];
  it.each(clients)(
    'are those of the model within a twentieth: %s, %i nodes',
    async (client, nodes, sharing, open) => {
      const stores: ImageStore[] = [];
      try {
        for (let node = 0; node < nodes; node++) stores.push(await open());
        // As the manifests say: four pods of web, two of api.
        const deploy = (version: number) => [
          ...stores.map((store) => [store, `web:${version}`] as const),
          ...stores.slice(0, 2).map((store) => [store, `api:${version}`] as const),
        ];
        const flags = ['--sharing', sharing, '--nodes', String(nodes)];
        const previous = ['--previous', there('web:1'), '--previous', there('api:1')];
        const first = await priced(there('web:1'), there('api:1'), ...flags);
        const second = await priced(there('web:2'), there('api:2'), ...previous, ...flags);
        const compared = [
          ['first deploy', first.bytesADeploy, await served(deploy(1))],
          ['second deploy', second.bytesADeploy, await served(deploy(2))],
        ] as const;
        for (const [what, model, real] of compared) {
          rows.push(
            `| ${client}, ${nodes} nodes | ${what} | ${Math.round(model)} | ${real} | ${percent(model, real)} |`,
          );
          expect(Math.abs(model - real) / real, `${what}: ${model} for ${real}`).toBeLessThan(0.05);
        }
        // What is shared must be a large part of it, or the test shows nothing.
        expect(second.bytesADeploy).toBeLessThan(first.bytesADeploy / 2);
      } finally {
        for (const store of stores) store.stop();
      }
    },
    400_000,
  );

  it('are known before the push, within 5 %: the engine has layers unpacked, and they are packed here', async () => {
    const local = `docker-daemon:${mine}/web:1`;
    const { images } = await priced(local, '--nodes', '1', '--replicas', '1');
    const store = skopeoStore();
    try {
      const real = await served([[store, 'web:1']]);
      expect(images[0]?.basis).toBe('estimated');
      const model = images[0]?.bytesADeploy ?? 0;
      rows.push(
        `| skopeo, 1 node | before the push, from Docker Engine | ${Math.round(model)} | ${real} | ${percent(model, real)} |`,
      );
      expect(Math.abs(model - real) / real).toBeLessThan(0.05);
    } finally {
      store.stop();
    }
  }, 200_000);

  afterAll(() => {
    if (process.env.PLIMSOLL_COST_TABLE) writeFileSync(process.env.PLIMSOLL_COST_TABLE, `${rows.join('\n')}\n`);
  });
});

function percent(model: number, real: number): string {
  return `${(((model - real) / real) * 100).toFixed(2)} %`;
}

function manifests(): string {
  const deployment = (app: string, replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${app}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${app}}}
  template:
    metadata: {labels: {app: ${app}}}
    spec:
      containers:
        - name: ${app}
          image: registry.example/shop/${app}:1
`;
  return `${deployment('web', 4)}---\n${deployment('api', 2)}`;
}
