import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { command as audit } from '../../../src/cli/commands/audit.ts';
import type { Finding } from '../../../src/core/finding.ts';
import { loadProject } from '../../../src/project/load-project.ts';
import { orderByCost } from '../../../src/prove/cost/order-findings.ts';
import { runCommand } from '../../cli/run-command.ts';

const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-order-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function deployment(app: string, replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${app}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${app}}}
  template:
    metadata: {labels: {app: ${app}}}
    spec: {containers: [{name: ${app}, image: "registry.example/shop/${app}:1"}]}
`;
}

for (const app of ['web', 'job']) {
  mkdirSync(path.join(root, app));
  writeFileSync(path.join(root, app, 'Dockerfile'), `FROM busybox:1.35\nCOPY ${app} /srv\nUSER 1000\n`);
  writeFileSync(path.join(root, app, app), 'x');
}
writeFileSync(path.join(root, 'deploy.yaml'), `${deployment('web', 20)}---\n${deployment('job', 1)}`);

const given = (value: number) => ({ value, source: 'test' });
const inputs = { nodes: given(10), deploysPerDay: given(2), bandwidth: given(10_000_000) };

function finding(
  rule: string,
  file: string,
  cost: Partial<Finding['cost']> | undefined,
  more: Partial<Finding> = {},
): Finding {
  const start = { line: 1, column: 1 };
  return {
    rule,
    area: 'size',
    severity: 'note',
    message: 'This is so.',
    why: 'It costs.',
    remedy: 'Mend it.',
    locations: [{ path: file, start, end: start }],
    peers: [],
    ...(cost && { cost: { basis: 'measured', derivation: 'seen', ...cost } }),
    ...more,
  };
}

test('the dearest first: bytes on every node that pulls them, bytes to a builder once, seconds at each deploy, the rest as it came', async () => {
  const project = await loadProject({ kind: 'directory', path: root });
  const findings = [
    finding('a/error', 'web/Dockerfile', undefined, { severity: 'error' }),
    finding('b/context', 'web/Dockerfile', { bytes: 10_000_000 }, { area: 'context' }),
    finding('c/once', 'job/Dockerfile', { bytes: 5_000_000 }),
    finding('d/everywhere', 'web/Dockerfile', { bytes: 5_000_000 }),
    finding('e/slow', 'web/Dockerfile', { seconds: 60 }),
    finding('f/warning', 'job/Dockerfile', undefined, { severity: 'warning' }),
  ];
  const ordered = orderByCost(findings, project, inputs);
  expect(ordered.map(({ rule, cost }) => [rule, cost?.bytesADay])).toEqual([
    ['e/slow', undefined],
    ['d/everywhere', 5_000_000 * 0.4 * 10 * 2],
    ['b/context', 20_000_000],
    ['c/once', 5_000_000 * 0.4 * 1 * 2],
    ['a/error', undefined],
    ['f/warning', undefined],
  ]);
  expect(ordered[1]?.cost?.derivation).toBe('seen; 5000000 B × 0.40 packed (as usual) × 10 nodes × 2 deploys a day');
  expect(ordered[2]?.cost?.derivation).toBe('seen; sent by 2 builds a day');
});

test('every format of the audit has that order, and the figures of a day', async () => {
  writeFileSync(path.join(root, 'web', 'large.log'), Buffer.alloc(3_000_000));
  writeFileSync(path.join(root, 'web', 'Dockerfile'), 'FROM busybox:latest\nCOPY . /srv\n');
  const flags = ['--order', 'cost', '--nodes', '4', '--deploys-per-day', '5', '--no-config'];
  const { stdout } = await runCommand(audit, root, [...flags, '--json']);
  const { findings } = JSON.parse(stdout);
  expect(findings[0].cost.bytesADay).toBeGreaterThan(10_000_000);
  expect(findings.filter(({ cost }: { cost: unknown }) => cost === null)).not.toHaveLength(0);
  const { stdout: plain } = await runCommand(audit, root, flags);
  expect(plain.split('\n')[0]).toContain(' a day');
  const { stdout: usual } = await runCommand(audit, root, ['--json', '--no-config']);
  expect(
    JSON.parse(usual).findings.every(
      ({ cost }: { cost: { bytesADay: null } | null }) => cost === null || cost.bytesADay === null,
    ),
  ).toBe(true);
}, 60_000);

test('a figure of the model without the order that takes it is refused', async () => {
  await expect(runCommand(audit, root, ['--nodes', '4'])).rejects.toThrow(
    '--nodes has an effect with --order cost only',
  );
});
