import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alertmanagerPart } from '../../src/observe/alertmanager/part.ts';
import { secretFiles, secretName } from '../../src/observe/alertmanager/secret-files.ts';
import { alertmanagerVersion } from '../../src/observe/alertmanager/workloads.ts';
import { allReceivers, planOf } from '../observe/observe-choices.ts';
import { alertmanagerBinary } from './alertmanager.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';
import { nodeVolume } from './node-volume.ts';
import { imageOfProgram } from './program-image.ts';

// The generated workloads of Alertmanager come up on a real node in a namespace that enforces the Pod Security Standard «restricted», as they
// are written: the image is a stand-in of the same name around the same version's program, built here. The node has no cluster DNS, so that the
// two do not find each other: that they agree is not seen here.

const missing = !hasNodeParts() || !existsSync(alertmanagerBinary);
const reason = 'parts of a Kubernetes node or Alertmanager are missing: scripts/system-parts node alertmanager';
const namespace = 'alertmanager-test';
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-alertmanager-pods-'));
let node: KubernetesNode;

beforeAll(() => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  if (missing) return;
  node = startKubernetesNode();
  const scratch = path.join(directory, 'image');
  mkdirSync(scratch);
  const image = `quay.io/prometheus/alertmanager:v${alertmanagerVersion}`;
  node.load(imageOfProgram(scratch, alertmanagerBinary, image, '/bin/alertmanager'));
  for (const file of alertmanagerPart.write(
    planOf([{ team: 'shop' }], { stack: 'full', namespace, receivers: allReceivers }),
  )) {
    const place = path.join(directory, file.path);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, file.text);
  }
}, 3_600_000);
beforeEach((context) => {
  if (missing) context.skip(reason);
});
afterAll(() => {
  if (!missing && node !== undefined) {
    node.kubectl(['delete', '--ignore-not-found', '--timeout=60s', 'namespace', namespace]);
    node.kubectl([
      'delete',
      '--ignore-not-found',
      '--wait=false',
      'persistentvolume',
      'alertmanager-test-0',
      'alertmanager-test-1',
    ]);
    node.stop();
  }
  rmSync(directory, { recursive: true, force: true });
}, 120_000);

describe('Alertmanager as a whole stack', () => {
  it('comes up as it is written, restricted, with its configuration, templates and secrets', {
    timeout: 300_000,
  }, async () => {
    const restricted = `apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}, labels: {pod-security.kubernetes.io/enforce: restricted}}
`;
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secretName, namespace },
      stringData: Object.fromEntries(secretFiles.map(({ key }) => [key, 'x'])),
    };
    const volumes = [0, 1].map((each) =>
      nodeVolume(
        `alertmanager-test-${each}`,
        { namespace, name: `data-alertmanager-${each}` },
        path.join(directory, `volume-${each}`),
      ),
    );
    node.kubectl(['apply', '-f', '-'], `${restricted}---\n${JSON.stringify(secret)}\n${volumes.join('')}`);
    const rendered = spawnSync('kubectl', ['kustomize', path.join(directory, 'base/alertmanager')], {
      encoding: 'utf8',
    });
    expect(rendered.status, rendered.stderr).toBe(0);
    node.kubectl(['apply', '--server-side', '--validate=strict', '-f', '-'], rendered.stdout);
    try {
      node.kubectl(['rollout', 'status', '--timeout=60s', '-n', namespace, 'statefulset/alertmanager']);
    } catch (error) {
      const told = [
        ['describe', 'pods,persistentvolumeclaims', '-n', namespace],
        ['logs', '-n', namespace, 'alertmanager-0', '--tail=20'],
      ].map((args) => spawnSync('kubectl', ['--kubeconfig', node.kubeconfig, ...args], { encoding: 'utf8' }).stdout);
      throw new Error(`${error}\n${told.join('\n')}`);
    }

    const pods = JSON.parse(node.kubectl(['get', 'pods', '-n', namespace, '-o', 'json'])).items;
    expect(pods).toHaveLength(2);
    for (const { status } of pods) {
      const [container] = status.containerStatuses;
      expect(container).toMatchObject({ ready: true, restartCount: 0 });
      expect(node.rightsOf(container.containerID)).toEqual({
        user: 65534,
        capabilities: '0000000000000000',
        noNewPrivileges: true,
        readOnlyRoot: true,
      });
      const response = await fetch(`http://${status.podIP}:9093/api/v2/status`);
      const { config, versionInfo }: { config: { original: string }; versionInfo: { version: string } } = JSON.parse(
        await response.text(),
      );
      expect(versionInfo.version).toBe(alertmanagerVersion);
      expect(config.original).toContain('name: shop-pager');
      // Values of secrets are in files; it hides addresses of webhooks all the same.
      expect(config.original.replaceAll('url: <secret>', '')).not.toContain('<secret>');
      const metrics = await (await fetch(`http://${status.podIP}:9093/metrics`)).text();
      expect(metrics).toContain('alertmanager_config_last_reload_successful 1');
    }
  });
});
