import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuildCase, readBuildCases } from './build-case.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// What plimsoll init writes for an application is built, and runs as pods of a real node in a namespace that enforces the Pod Security Standard
// «restricted». One application by default; `npm run test:pods` tries all.

const builds = path.join(path.dirname(fileURLToPath(import.meta.url)), 'builds');
const all = ['go-static', 'java-maven', 'node-npm', 'node-yarn', 'python-pip', 'python-uv'];
const wanted = process.env.PLIMSOLL_PODS === 'all' ? all : ['node-npm'];

const missing = !hasNodeParts();
const reason = 'parts of a Kubernetes node are missing: scripts/system-parts node';

describe('what plimsoll init writes runs as restricted pods', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-node-'));
  let engine: ContainerEngine;
  let node: KubernetesNode;
  beforeAll(() => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) return;
    engine = startContainerEngine();
    node = startKubernetesNode();
  }, 3_600_000);
  beforeEach((context) => {
    if (missing) context.skip(reason);
  });
  afterAll(() => {
    if (!missing) {
      node?.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it.each(readBuildCases().flatMap((each) => (wanted.includes(each.name) ? [[each.name, each] as const] : [])))(
    '%s',
    async (name, buildCase) => {
      const application = path.join(directory, name);
      const image = `plimsoll-pods/${name}:1`;
      writeApplication(application, buildCase, image);
      await engine.build(application, image, { cache: true });
      await engine.save(image, path.join(directory, `${name}.tar`));
      node.load(path.join(directory, `${name}.tar`));
      node.kubectl(['apply', '-f', '-'], restrictedNamespace(name));
      const applied = node.kubectl(['apply', '--namespace', name, '--filename', path.join(application, 'k8s')]);
      expect(applied).toContain(`deployment.apps/${name} created`);
      await untilServed(node, name);

      expect(runningContainers(node, name).map((id) => node.rightsOf(id))).toEqual(
        runningContainers(node, name).map(() => ({
          user: userOf(application),
          capabilities: '0000000000000000',
          noNewPrivileges: true,
          readOnlyRoot: true,
        })),
      );
      // Through the API server, which finds the pods by the Service's selector and the name of its port.
      const paths = 'paths' in buildCase.trial ? buildCase.trial.paths : [];
      for (const asked of paths)
        expect(
          node.kubectl(['get', '--raw', `/api/v1/namespaces/${name}/services/${name}:http/proxy${asked}`]),
        ).not.toBe('');
      // SIGTERM gets to the program: a pod that has to be killed takes 30 seconds.
      const begun = performance.now();
      node.kubectl(['delete', 'namespace', name, '--wait', '--timeout', '120s']);
      expect((performance.now() - begun) / 1000).toBeLessThan(25);
    },
    900_000,
  );
});

/** The application without its own Dockerfile, and what init writes for it. */
function writeApplication(directory: string, { name }: BuildCase, image: string): void {
  cpSync(path.join(builds, name), directory, { recursive: true });
  for (const file of ['Dockerfile', '.dockerignore', 'case.json']) rmSync(path.join(directory, file), { force: true });
  const written = runPlimsoll(['init', directory, '--name', name, '--image', image]);
  expect(written, written.stderr).toMatchObject({ status: 0 });
  const template = path.join(directory, 'k8s/secret.yaml.template');
  if (existsSync(template))
    writeFileSync(
      template.replace('.template', ''),
      readFileSync(template, 'utf8').replace(/: ""$/gm, ': 0123456789abcdef'),
    );
}

function restrictedNamespace(name: string): string {
  return `apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: latest
`;
}

interface EndpointSlices {
  readonly items: readonly {
    readonly endpoints: readonly { readonly conditions: { readonly ready: boolean } }[] | null;
  }[];
}

const waitSeconds = 240;

/** Until the Service has a pod that is ready. How many pods there are to be is the autoscaler's business. */
async function untilServed(node: KubernetesNode, name: string): Promise<void> {
  const slices = ['get', 'endpointslices', '--selector', `kubernetes.io/service-name=${name}`, '--namespace', name];
  const until = performance.now() + waitSeconds * 1000;
  while (performance.now() < until) {
    const { items }: EndpointSlices = JSON.parse(node.kubectl([...slices, '--output', 'json']));
    if (items.some(({ endpoints }) => endpoints?.some(({ conditions }) => conditions.ready))) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const told = [
    ['get', 'events'],
    ['describe', 'pods'],
    ['logs', '--tail=50', `deployment/${name}`],
  ].map((args) => {
    try {
      return node.kubectl([...args, '--namespace', name]);
    } catch (error) {
      return String(error);
    }
  });
  throw new Error(`no pod of ${name} is ready after ${waitSeconds} s\n${told.join('\n')}`);
}

function userOf(application: string): number {
  const text = readFileSync(path.join(application, 'k8s/deployment.yaml'), 'utf8');
  return Number(/runAsUser: (\d+)/.exec(text)?.[1]);
}

function runningContainers(node: KubernetesNode, namespace: string): string[] {
  const path = '{range .items[*].status.containerStatuses[?(@.ready==true)]}{.containerID}{"\\n"}{end}';
  const ids = node.kubectl(['get', 'pods', '--namespace', namespace, '--output', `jsonpath=${path}`]);
  return ids.split('\n').filter((id) => id !== '');
}
