import { printable } from '../../core/printable.ts';
import type { ObservedWorkload } from '../observe-plan.ts';
import { partOf } from '../own-labels.ts';
import { bytes, cores, type Scaling } from './figures.ts';

/** The name of a workload's file: no two workloads share one. */
export function fileName({ kind, name, namespace }: ObservedWorkload, suffix: string): string {
  const rest = kind === 'Deployment' ? '' : `${kind.toLowerCase()}-`;
  return `${namespace === undefined ? '' : `${namespace}.`}${rest}${name}-${suffix}.yaml`;
}

/** `metadata` of an object that belongs to a workload. Its name is one that the API server takes. */
export function metadata({ name, namespace }: ObservedWorkload): string {
  return `metadata:
  name: ${JSON.stringify(name)}
${
  namespace === undefined
    ? '  # Its manifest names no namespace: this goes to where it goes.\n'
    : `  namespace: ${JSON.stringify(namespace)}\n`
}  labels:
    ${partOf}
`;
}

/** `Deployment web (k8s/web.yaml:1)`, for a comment. */
export function called({ kind, name, source }: ObservedWorkload): string {
  return `${printable(kind)} ${printable(name)} (${printable(source)})`;
}

/** Lines as a comment. */
export function commentLines(lines: readonly string[], indent: string): string {
  return lines.map((line) => `${indent}# ${printable(line)}\n`).join('');
}

/** Why least and most are what they are. */
export function boundReasons({ workload, minimum, maximum }: Scaling): {
  readonly minimum: readonly string[];
  readonly maximum: readonly string[];
} {
  const { replicas, containers } = workload;
  const sum = (pick: (each: (typeof containers)[number]) => number | undefined) =>
    containers.reduce((total, each) => total + (pick(each) ?? 0), 0);
  const cpu = sum(({ requests }) => requests.cpu);
  const memory = sum(({ requests }) => requests.memory);
  const takes = [...(cpu > 0 ? [`${cores(cpu * maximum)} CPU`] : []), ...(memory > 0 ? [bytes(memory * maximum)] : [])];
  return {
    minimum: [
      replicas !== undefined && replicas >= minimum
        ? `${replicas}, as its manifest has it: what was right for the usual load.`
        : `${minimum}: with one, nobody answers while it is moved or restarted${replicas === 1 ? ' (the manifest has 1; keep 1 if two must not run at once)' : ''}.`,
    ],
    maximum: [
      `Five times the least.${takes.length === 0 ? '' : ` They request ${takes.join(' and ')} together: nodes and quota have to have that.`}`,
      'What it calls (databases, their connections) has to bear it, too.',
    ],
  };
}
