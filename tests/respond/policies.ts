import { readPolicy } from '../../src/kubernetes/response/read-policy.ts';
import type { ResponsePolicy } from '../../src/kubernetes/response/response-policy.ts';
import type { ReceivedAlert } from '../../src/respond/webhook.ts';

/** A policy of one rule that restarts, in which lines are replaced or to which some are added. */
export function policyOf(rule: string, top = ''): ResponsePolicy {
  return readPolicy('policy.yaml', policyText(rule, top));
}

export function policyText(rule: string, top = ''): string {
  return `version: 1
mode: act
${top}
rules:
  - name: leaks
    alerts: [Leak]
    namespaces: [shop]
    workloads: [deployment/web]
    do: [restart]
${rule
  .split('\n')
  .map((line) => `    ${line}\n`)
  .join('')}`;
}

export function alertOf(
  change: Partial<ReceivedAlert> & { readonly label?: Readonly<Record<string, string>> } = {},
): ReceivedAlert {
  const { label = {}, ...rest } = change;
  return {
    status: 'firing',
    labels: new Map(Object.entries({ alertname: 'Leak', namespace: 'shop', workload: 'web', ...label })),
    startsAt: Date.parse('2026-11-27T10:00:00Z'),
    fingerprint: 'a1',
    summary: '',
    ...rest,
  };
}
