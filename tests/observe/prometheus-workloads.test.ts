import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command as audit } from '../../src/cli/commands/audit.ts';
import { rootKustomizations } from '../../src/observe/kustomizations.ts';
import type { StackKind } from '../../src/observe/observe-plan.ts';
import { prometheusPart } from '../../src/observe/prometheus/part.ts';
import { runCommand } from '../cli/run-command.ts';
import { cart, planOf } from './example-plan.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-observe-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('what is generated for Prometheus', () => {
  it.each<StackKind>(['config', 'full', 'operator'])(
    'passes the audit: %s',
    async (stack) => {
      const plan = planOf({ stack });
      const part = prometheusPart.write(plan);
      for (const { path: file, text } of [
        ...part,
        ...rootKustomizations(plan, part, ['prometheus'], 'plimsoll observe'),
      ]) {
        const place = path.join(directory, file);
        mkdirSync(path.dirname(place), { recursive: true });
        writeFileSync(place, text);
      }
      const { stdout, code } = await runCommand(audit, directory, ['--no-config', '--format', 'json']);
      const { findings } = JSON.parse(stdout);
      expect(findings.map(({ rule, message }: { rule: string; message: string }) => `${rule}: ${message}`)).toEqual([]);
      expect(code).toBe(0);
    },
    60_000,
  );

  it('a monitor of the Operator is written for what no monitor chooses, and names from manifests are quoted', () => {
    const odd = { ...cart, name: 'b', selector: new Map([['app', 'a: "b"\n- c']]) };
    const chosen = { ...cart, name: 'c', metrics: cart.metrics && { ...cart.metrics, scrapedBy: 'monitor' as const } };
    const files = prometheusPart.write(planOf({ stack: 'operator' }, [cart, odd, chosen]));
    const text = files.find(({ path: file }) => file === 'base/prometheus/workloads.yaml')?.text ?? '';
    expect([...text.matchAll(/^ {2}name: (.+)$/gm)].map(([, name]) => name)).toEqual(['"shop-cart"', '"shop-b"']);
    expect(text).toContain('"app": "a: \\"b\\"\\n- c"');
  });

  it('the node proxy is asked for and warned of only when it was chosen', () => {
    const textOf = (nodeProxy: boolean) =>
      prometheusPart
        .write(planOf({ nodeProxy }))
        .filter(({ path: file }) => /rbac|prometheus\.yml/.test(file))
        .map(({ text }) => text.replace(/#.*$/gm, (line) => (line.includes('WARNING') ? 'WARNING' : '')))
        .join('');
    expect(textOf(false)).not.toMatch(/nodes\/proxy|\/proxy\/|WARNING/);
    expect(textOf(true)).toMatch(/resources: \[nodes\/proxy\]/);
    expect(textOf(true)).not.toMatch(/nodes\/metrics/);
    expect(textOf(true)).toMatch(/WARNING/);
  });
});
