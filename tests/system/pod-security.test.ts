import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readRulePage } from '../rules/rule-page.ts';

/**
 * The API server judges by itself what a Pod Security Standard forbids: for a workload in a namespace with a `warn` label it answers
 * with everything that is wrong with its pods. The cases of the rule's page are shown to it.
 */
const shared = process.env.PLIMSOLL_NODE;
const missing = shared === undefined && spawnSync('scripts/cluster', ['check', 'api']).status !== 0;
const reason = 'the API server of Kubernetes is missing: scripts/system-parts cluster';
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-pod-security-'));
const kubeconfig =
  shared === undefined ? path.join(directory, 'cluster', 'kubeconfig') : path.join(shared, 'kubeconfig');
const namespaceOf = (level: string) => `pod-security-${level}`;
const levels = ['baseline', 'restricted'];

beforeAll(() => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  if (missing) return;
  if (shared === undefined) {
    const started = spawnSync('scripts/cluster', ['up', path.join(directory, 'cluster'), 'api'], { encoding: 'utf8' });
    if (started.status !== 0) throw new Error(started.stderr);
  }
  for (const level of levels) {
    const labels = { 'pod-security.kubernetes.io/warn': level };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceOf(level), labels } };
    kubectl(['apply', '--filename', '-'], JSON.stringify(namespace));
  }
}, 120_000);
beforeEach((context) => {
  if (missing) context.skip(reason);
});
afterAll(() => {
  if (missing) return;
  if (shared === undefined) spawnSync('scripts/cluster', ['down', path.join(directory, 'cluster')]);
  else kubectl(['delete', 'namespace', ...levels.map(namespaceOf), '--wait=false']);
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

function kubectl(args: readonly string[], input?: string) {
  return spawnSync('kubectl', ['--kubeconfig', kubeconfig, ...args], { encoding: 'utf8', input });
}

/** How the server begins what it says of each control. */
const words: Readonly<Record<string, RegExp>> = {
  hostProcess: /(?:^|, )hostProcess \(/,
  hostNamespaces: /(?:^|, )host namespaces \(/,
  privileged: /(?:^|, )privileged \(/,
  capabilities: /(?:^|, )non-default capabilities \(/,
  hostPathVolumes: /(?:^|, )hostPath volumes \(/,
  hostPorts: /(?:^|, )hostPort \(/,
  hostProbesAndHooks: /(?:^|, )probe or lifecycle host \(/,
  appArmor: /(?:^|, )forbidden AppArmor profiles? \(/,
  seLinux: /(?:^|, )seLinuxOptions \(/,
  procMount: /(?:^|, )procMount \(/,
  seccomp: /(?:^|, )seccompProfile \([^)]*must not/,
  sysctls: /(?:^|, )forbidden sysctls \(/,
  volumeTypes: /(?:^|, )restricted volume types \(/,
  privilegeEscalation: /(?:^|, )allowPrivilegeEscalation != false \(/,
  runAsNonRoot: /(?:^|, )runAsNonRoot != true \(/,
  runAsUser: /(?:^|, )runAsUser=0 \(/,
  seccompRestricted: /(?:^|, )seccompProfile \([^)]*must set/,
  capabilitiesRestricted: /(?:^|, )unrestricted capabilities \(/,
};

/** What the server refuses of every pod, before it comes to the standard: a cluster may forbid them, or the fields contradict. */
const refusedAnyway = /disallowed by cluster policy|`hostUsers` must be false/;

const { cases } = readRulePage(readFileSync('src/rules/security/pod-security-standard.md', 'utf8'));
const judged = cases.flatMap((each) => {
  const level = /enforce: (\w+)/.exec(each.files.find((file) => file.path === 'namespace.yaml')?.text ?? '')?.[1];
  const workload = each.files.find((file) => file.path === 'deploy.yaml')?.text;
  return level === undefined || !workload?.includes('namespace: shop') ? [] : [{ ...each, level, workload }];
});

test.each(judged)('the API server says of «$title» what the rule says', ({ kind, level, workload, expected }) => {
  const { stdout, stderr } = kubectl(
    ['apply', '--dry-run=server', '--filename', '-'],
    workload.replace('namespace: shop', `namespace: ${namespaceOf(level)}`),
  );
  if (kind === 'bad' && refusedAnyway.test(stderr)) return;
  expect(stdout, stderr).toContain('server dry run');
  const said = /would violate PodSecurity "[^"]*": (.*)/.exec(stderr)?.[1] ?? '';
  const found = Object.keys(words).filter((control) => words[control]?.test(said));
  const claimed = expected.flatMap(({ peers }) => peers.map((peer) => peer.replace('pod-security:', '')));
  expect(found.sort()).toEqual(claimed.sort());
});
