import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scalingPart } from '../../src/observe/scaling/part.ts';
import { freePort } from '../free-port.ts';
import { plainContainer, planOf } from '../observe/observe-choices.ts';
import { defineKinds } from './define-kinds.ts';
import { eventually } from './eventually.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { loadScaledImage, scaledDeployment, scaledImage } from './scaled-workload.ts';

// The VerticalPodAutoscaler that plimsoll observe writes, beside a real recommender (1.8, a process beside the node) and a real metrics-server: it says what the
// workload would request, and nothing is changed. npm run test:node.

const bin = path.resolve('.cache/bin');
const recommender = path.join(bin, 'vpa-recommender');
const definitions = path.join(bin, 'vpa-recommender-crd.yaml');
const missing = !hasNodeParts() || ![recommender, definitions].every((each) => existsSync(each));
const reason = 'parts are missing: scripts/system-parts node vpa-recommender';
const namespace = 'vertical-test';
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-vertical-'));

const container = { ...plainContainer, image: scaledImage, requests: { cpu: 0.05, memory: 32 * 2 ** 20 } };
const plan = planOf([{ namespace, name: 'burner', containers: [container], selector: new Map([['app', 'burner']]) }], {
  namespace,
});

let node: KubernetesNode;
let running: ChildProcess | undefined;
let log = '';

beforeAll(async () => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  if (missing) return;
  node = startKubernetesNode();
  loadScaledImage(node, directory);
  await defineKinds(node.kubectl, [definitions]);
  node.kubectl(['create', 'namespace', namespace]);
  node.kubectl(['apply', '--filename', '-'], scaledDeployment(namespace, 'burner'));
  node.kubectl(['rollout', 'status', '--timeout=120s', '--namespace', namespace, 'deployment/burner']);
  running = spawn(
    recommender,
    [
      `--kubeconfig=${node.kubeconfig}`,
      `--vpa-object-namespace=${namespace}`,
      '--recommender-interval=5s',
      `--address=127.0.0.1:${await freePort()}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  running.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
}, 3_600_000);
beforeEach((context) => {
  if (missing) context.skip(reason);
});
afterAll(() => {
  running?.kill('SIGKILL');
  if (!missing && node !== undefined) {
    node.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=true', '--timeout=60s']);
    node.kubectl(['delete', '--ignore-not-found', '--wait=false', '--filename', definitions]);
    node.stop();
  }
  rmSync(directory, { recursive: true, force: true });
}, 120_000);

describe('the generated VerticalPodAutoscaler', () => {
  it('gets a recommendation from what its pods use, which changes none of them', { timeout: 300_000 }, async () => {
    const written = scalingPart.write(plan).filter(({ path: file }) => file.endsWith('-vpa.yaml'));
    expect(written).toHaveLength(1);
    node.kubectl(['apply', '--server-side', '--validate=strict', '--filename', '-'], written[0]?.text);
    const json = (...args: string[]) =>
      JSON.parse(node.kubectl(['get', ...args, '--namespace', namespace, '--output', 'json']));
    const [pod] = json('pods', '--selector', 'app=burner').items;
    // More than the 50m that it requests, and than the 25m that is the least that is ever recommended.
    await fetch(`http://${pod.status.podIP}:8080/burn?m=300`);
    await eventually(240, async () => {
      const [autoscaler] = json('verticalpodautoscalers').items;
      const { conditions = [], recommendation } = autoscaler.status ?? {};
      expect(conditions, log.slice(-2000)).toContainEqual(
        expect.objectContaining({ type: 'RecommendationProvided', status: 'True' }),
      );
      const [recommended] = recommendation.containerRecommendations;
      expect(recommended.containerName).toBe('app');
      expect(millicores(recommended.target.cpu)).toBeGreaterThan(50);
      expect(recommended.target.memory).toMatch(/^[1-9]/);
    });
    const [after] = json('pods', '--selector', 'app=burner').items;
    expect(after.metadata.uid).toBe(pod.metadata.uid);
    expect(after.spec.containers[0].resources).toEqual(pod.spec.containers[0].resources);
  });
});

function millicores(amount: string): number {
  return amount.endsWith('m') ? Number(amount.slice(0, -1)) : Number(amount) * 1000;
}
