import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/prune.ts';
import { runCommand } from '../cli/run-command.ts';
import { diskBytes } from './engine-of-its-own.ts';
import { eventually } from './eventually.ts';
import { listen } from './faulty-registry.ts';
import { hasNodeParts, type KubernetesNode, nodeProgram, startKubernetesNode } from './kubernetes-node.ts';
import { mustPull, type PushedDescriptor, type PushedImage, type Pusher, pusherTo } from './pushed-images.ts';
import {
  builtAt,
  contentOf,
  type Node,
  needed,
  type PushedWorld,
  policyFlags,
  pushWorld,
  type Run,
  tagOf,
  worldsWith,
} from './random-registries.ts';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';
import { tarOf } from './small-registry.ts';

const namespace = `plimsoll-workloads-${process.pid}`;
const old = '2020-01-01T00:00:00Z';

/** A workload of the cluster, with the image that must not be lost for it. */
interface Workload {
  readonly name: string;
  readonly run: Run;
  /** As the workload names it. */
  readonly image: string;
  readonly digest: string;
  /** By what a pod's status may call it: the node knows an image by one of the names of its configuration, which indexes that list it have, too. */
  readonly alike: readonly string[];
}

const kinds: Readonly<Partial<Record<Run['kind'], 'Deployment' | 'StatefulSet' | 'DaemonSet'>>> = {
  deployment: 'Deployment',
  'stateful set': 'StatefulSet',
  'daemon set': 'DaemonSet',
};

describe.skipIf(!hasRegistry || !hasNodeParts())(
  'prune registry, over random registries and workloads of a real node',
  () => {
    let node: KubernetesNode;
    let registry: RealRegistry;
    let host: string;
    let push: Pusher;
    let directory: string;
    let restarter: Server;
    let restart: string;
    const kubectl = (...args: string[]) => node.kubectl(['--namespace', namespace, ...args]);
    const apply = (object: object) =>
      node.kubectl(['--namespace', namespace, 'apply', '-f', '-'], JSON.stringify(object));
    const base = tarOf((to) => cpSync('/bin/busybox', path.join(to, 'busybox')));
    const layers = new Map<string, Buffer>();
    const layerOf = (name: string) => {
      const known = layers.get(name) ?? tarOf((to) => writeFileSync(path.join(to, name), contentOf(name)));
      layers.set(name, known);
      return known;
    };
    const imageOf = (names: readonly string[], created: string | undefined, at: number | string): PushedImage => ({
      layers: [base, ...names.map(layerOf)],
      created,
      // Two of one time would be one image.
      entrypoint: ['/busybox', 'sh', '-c', `sleep 3600 # ${at}`],
    });

    beforeAll(async () => {
      node = startKubernetesNode();
      registry = await startRealRegistry({ deletion: true });
      // Containerd asks any port of the loopback without TLS.
      host = `127.0.0.1:${registry.port}`;
      push = pusherTo(host);
      directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-workloads-'));
      node.kubectl(['create', 'namespace', namespace]);
      restarter = createServer((_, response) => {
        void registry.restart().then(() => response.end());
      });
      const port = await listen(restarter);
      restart = `${process.execPath} -e 'fetch("http://127.0.0.1:${port}/").then((answer) => process.exit(answer.ok ? 0 : 1))'`;
    }, 120_000);
    afterAll(() => {
      node.kubectl(['delete', 'namespace', namespace, '--wait=false']);
      restarter.closeAllConnections();
      restarter.close();
      registry.stop();
      rmSync(directory, { recursive: true });
      node.stop();
    });

    const specOf = (name: string, image: string) => ({
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image, imagePullPolicy: 'Always' }],
      },
    });
    const podOf = (name: string, image: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { app: name } },
      spec: specOf(name, image).spec,
    });
    const controllerOf = (kind: string, name: string, image: string) => ({
      apiVersion: 'apps/v1',
      kind,
      metadata: { name },
      spec: {
        selector: { matchLabels: { app: name } },
        template: specOf(name, image),
        ...(kind === 'StatefulSet' && { serviceName: name }),
      },
    });
    const batchOf = (image: string) => ({ template: { spec: { ...specOf('', image).spec, restartPolicy: 'Never' } } });

    /** Starts what runs the image now. */
    function start({ name, run: { kind }, image }: Workload): void {
      const controller = kinds[kind];
      if (controller !== undefined) apply(controllerOf(controller, name, image));
      else if (kind === 'pod' || kind === 'moved pod') apply(podOf(name, image));
      else if (kind === 'job') apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: batchOf(image) });
      else if (kind === 'cron job')
        apply({
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name },
          spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: batchOf(image) } },
        });
      else {
        const manifest = `kind: Pod\nspec:\n  containers:\n  - image: "${image}"\n`;
        const release = gzipSync(JSON.stringify({ name, version: 1, manifest, hooks: [] })).toString('base64');
        apply({
          apiVersion: 'v1',
          kind: 'Secret',
          type: 'helm.sh/release.v1',
          metadata: { name: `sh.helm.release.v1.${name}.v1` },
          stringData: { release },
        });
      }
    }
    /** Waits until its pod runs its image. */
    async function mustRun({ name, alike }: Pick<Workload, 'name' | 'alike'>): Promise<void> {
      const read = () =>
        kubectl(
          'get',
          'pods',
          '-l',
          `app=${name}`,
          '-o',
          'jsonpath={range .items[*]}{.status.phase} {.status.containerStatuses[0].imageID} {end}',
        );
      await eventually(90, async () => {
        const found = read();
        expect(found).toMatch(/^Running \S+ $/);
        const isOwn = alike.some((digest) => found.includes(`@${digest}`));
        expect(isOwn, `${name} runs ${found}, not ${alike.join(' ')}`).toBe(true);
      });
    }
    const isController = ({ run: { kind } }: Workload) => kinds[kind] !== undefined;
    const runsNow = (workload: Workload) => ['pod', 'moved pod'].includes(workload.run.kind) || isController(workload);

    it('loses nothing that a pod runs or could be rolled back to: all can be pulled afterwards, and du shows what went', async () => {
      let round = 0;
      await fc.assert(
        fc.asyncProperty(worldsWith({ workloads: true }), async (seeds) => {
          round += 1;
          const names = ['a', 'b'].map((name) => `${namespace}/round-${round}/${name}`);
          const world = await pushWorld(host, seeds, names, (each, at) => imageOf(each.layers, builtAt(each), at));
          const { digest: anchor } = await push.image(
            `${namespace}/anchor`,
            imageOf(['anchor'], old, 'anchor'),
            'latest',
          );
          // The registry knows of no repository in which nothing ever had a tag.
          for (const name of names) await push.image(name, imageOf(['anchor'], old, 'anchor'), 'stable-anchor');
          const anchorImage = `${host}/${namespace}/anchor:latest`;
          const workloads = world.nodes.flatMap(({ run, repository, ...each }, at): Workload[] => {
            const digest = world.pushed[at]?.digest ?? '';
            const tag = run?.by === 'tag' ? tagOf(each, at) : undefined;
            const image = `${host}/${names[repository]}${tag === undefined ? `@${digest}` : `:${tag}`}`;
            return run ? [{ name: `w-${round}-${at}`, run, image, digest, alike: alikeIn(world, at) }] : [];
          });
          for (const workload of workloads) {
            const before =
              isController(workload) && !workload.run.earlier ? { ...workload, image: anchorImage } : workload;
            start(before);
          }
          const controllers = workloads.filter(isController);
          for (const { name, run, alike } of controllers)
            await mustRun({ name, alike: run.earlier ? alike : [anchor] });
          // Every controller has a history: what was, and what is.
          for (const workload of controllers)
            start(workload.run.earlier ? { ...workload, image: anchorImage } : workload);
          for (const { name, run, alike } of controllers)
            await mustRun({ name, alike: run.earlier ? [anchor] : alike });
          for (const workload of workloads.filter(runsNow)) if (!isController(workload)) await mustRun(workload);
          const { nodes, pushed } = await moveTags(world, names);

          const needs = needed(nodes);
          // The whole registry: then the plan says just what is freed.
          const args = ['registry', host, ...policyFlags, '--no-config', '--state', 'state'];
          const cluster = ['--cluster', '--kubeconfig', node.kubeconfig];
          const plan = JSON.parse((await runCommand(command, directory, [...args, ...cluster, '--json'])).stdout);
          const gone = plan.repositories
            .flatMap((each: { items: { decision: string }[] }) => each.items)
            .filter((item: { decision: string }) => item.decision === 'delete').length;
          const before = diskBytes(registry.data);
          const write = (...more: string[]) =>
            runCommand(command, directory, [...args, ...cluster, '--write', ...more, '--json'], {
              environment: process.env,
            });
          const deletion = ['--rate', '1000', '--plan', plan.plan, '--yes-really', String(gone)];
          const { code, stdout } = await write(...deletion);
          expect(code, stdout).toBe(0);
          const report = JSON.parse(stdout);
          // The storage tells that all of it was pushed just now: this run deletes nothing more.
          const collected = await write('--garbage-collect', registry.config, '--restart', restart);
          expect(collected.code, collected.stdout).toBe(0);
          const after = diskBytes(registry.data);
          expect(JSON.parse(collected.stdout).run).toMatchObject({ deleted: 0, diskAfter: after });
          console.log(
            `round ${round}: ${pushed.length} manifests, ${workloads.length} workloads, ${report.run.deleted} deleted; plan says ${plan.freedBytes} bytes, du ${before - after}`,
          );
          expect(before - after).toBeGreaterThanOrEqual(plan.freedBytes);

          for (const [at, { digest }] of pushed.entries()) {
            const repository = names[nodes[at]?.repository ?? 0] ?? '';
            const told = `${at} of ${JSON.stringify(nodes)}`;
            if (needs.has(at)) await mustPull(host, repository, digest);
            else if (nodes[at]?.tag !== 'none') expect(await push.head(repository, digest), told).toBe(404);
          }
          // The node has nothing of them left: each pod pulls anew, and each controller goes back to what it ran before.
          forget();
          kubectl('delete', 'pods', '--all', '--wait=true', '--timeout=60s');
          for (const workload of workloads) {
            const { name, run, digest } = workload;
            const byDigest = `${workload.image.replace(/[:@][^/]*$/, '')}@${digest}`;
            if (run.kind === 'pod') start(workload);
            // By the digest that it ran: its tag went to another image.
            if (run.kind === 'moved pod' || run.kind === 'helm') apply(podOf(name, byDigest));
            if (run.kind === 'cron job') kubectl('create', 'job', `${name}-now`, `--from=cronjob/${name}`);
          }
          for (const { name, run, alike } of workloads) {
            const kind = kinds[run.kind];
            if (kind === undefined) continue;
            await mustRun({ name, alike: run.earlier ? [anchor] : alike });
            kubectl('rollout', 'undo', `${kind.toLowerCase()}/${name}`);
          }
          for (const workload of workloads) {
            if (isController(workload))
              await mustRun({ name: workload.name, alike: workload.run.earlier ? workload.alike : [anchor] });
            else if (workload.run.kind === 'cron job' || workload.run.kind === 'job') await jobMustRun(workload);
            else await mustRun(workload);
          }
          kubectl(
            'delete',
            'deployments,statefulsets,daemonsets,cronjobs,jobs,pods,secrets',
            '--all',
            '--wait=true',
            '--timeout=90s',
          );
        }),
        // A round takes half a minute: smaller worlds are not looked for.
        { numRuns: Number(process.env.PLIMSOLL_PRUNE_RUNS ?? 3), endOnFailure: true },
      );
    }, 1_800_000);

    /** The tags of moved pods go to other images: what runs is known by the status of its pod alone. */
    async function moveTags(
      { nodes, pushed }: { readonly nodes: readonly Node[]; readonly pushed: readonly PushedDescriptor[] },
      names: readonly string[],
    ) {
      const after = { nodes: [...nodes], pushed: [...pushed] };
      for (const [at, each] of nodes.entries()) {
        const tag = tagOf(each, at);
        if (each.run?.kind !== 'moved pod' || each.run.by !== 'tag' || tag === undefined) continue;
        const days = 1000 + at;
        const repository = names[each.repository] ?? '';
        const built = new Date(Date.now() - days * 86_400_000).toISOString();
        after.pushed.push(await push.image(repository, imageOf(['moved'], built, `moved-${at}`), tag));
        after.nodes.push({
          ...each,
          layers: ['moved'],
          days,
          children: [],
          about: undefined,
          // The pod's own words still name it.
          named: 'tag',
          run: undefined,
        });
        after.nodes[at] = { ...each, tag: 'none' };
      }
      return after;
    }

    async function jobMustRun({ name, run, alike }: Workload): Promise<void> {
      const job = run.kind === 'job' ? name : `${name}-now`;
      await eventually(90, async () =>
        expect(
          kubectl(
            'get',
            'pods',
            '-l',
            `job-name=${job}`,
            '-o',
            'jsonpath={range .items[*]}{.status.phase} {.status.containerStatuses[0].imageID} {end}',
          ),
        ).toMatch(new RegExp(`Running \\S+@(?:${alike.join('|')}) `)),
      );
    }

    /** Takes the images of this test from the node. */
    function forget(): void {
      const ctr = (...args: string[]) =>
        spawnSync(nodeProgram('ctr'), ['-a', '/run/containerd/containerd.sock', '-n', 'k8s.io', ...args], {
          encoding: 'utf8',
        });
      const found = ctr('images', 'ls', '-q')
        .stdout.split('\n')
        .filter((name) => name.includes(namespace));
      if (found.length > 0) ctr('images', 'rm', '--sync', ...found);
    }
  },
);

/** Digests of all that have an image of this one in them, or are one of its images. */
function alikeIn({ nodes, pushed }: PushedWorld, at: number): string[] {
  const imagesOf = (of: number): number[] => {
    const { children = [] } = nodes[of] ?? {};
    return children.length === 0 ? [of] : children.flatMap(imagesOf);
  };
  const own = new Set(imagesOf(at));
  return pushed.flatMap(({ digest }, other) => (imagesOf(other).some((each) => own.has(each)) ? [digest] : []));
}
