import { fewAtOnce } from '../core/few-at-once.ts';
import { printable } from '../core/printable.ts';
import type { ReadProblem } from '../core/report.ts';
import type { ClusterClient } from './cluster-client.ts';
import { ClusterError } from './cluster-error.ts';
import { type ClusterObject, resources } from './cluster-object.ts';
import type { ConfigMapName } from './used-config-maps.ts';

/** Bounds on the ConfigMaps of a cluster: each has up to 1 MiB (https://kubernetes.io/docs/concepts/configuration/configmap/#motivation), and is read by itself. */
export interface ConfigMapLimits {
  readonly number: number;
  /** Of all together, as JSON. */
  readonly bytes: number;
}

const defaultLimits: ConfigMapLimits = { number: 2_000, bytes: 64 * 2 ** 20 };
const atOnce = 4;
/** Of what was left out, that many are told by their names. */
const mostNamed = 20;

export interface ReadConfigMaps {
  readonly found: readonly ClusterObject[];
  /** `shop/settings` */
  readonly absent: ReadonlySet<string>;
  readonly problems: readonly ReadProblem[];
}

/**
 * Reads ConfigMaps by their names, a few at a time and not more than the limits; what was left out is among the problems. Where one is refused, all of its
 * namespace would be, or with a role for all namespaces (`everywhere`) all of the cluster: no other is asked for, and one problem tells it.
 * @throws ClusterError where the cluster cannot be asked
 */
export async function readConfigMaps(
  cluster: Pick<ClusterClient, 'get'>,
  names: readonly ConfigMapName[],
  options: {
    readonly everywhere: boolean;
    readonly limits?: ConfigMapLimits;
    readonly onProgress?: (done: number, total: number) => void;
  },
): Promise<ReadConfigMaps> {
  const { everywhere, limits = defaultLimits, onProgress } = options;
  const answers = new Map<ConfigMapName, ClusterObject>();
  const absent = new Set<string>();
  const refused = new Set<string>();
  const problems: ReadProblem[] = [];
  const leftOut: ConfigMapName[] = [];
  const roleOf = ({ namespace }: ConfigMapName) => (everywhere ? '' : namespace);
  let asked = 0;
  let bytes = 0;
  const read = async (each: ConfigMapName) => {
    if (refused.has(roleOf(each))) return;
    if (asked >= limits.number || bytes >= limits.bytes) {
      leftOut.push(each);
      return;
    }
    onProgress?.(asked, Math.min(names.length, limits.number));
    asked++;
    try {
      const answer = await cluster.get(resources.configMaps, each);
      if (answer === undefined) absent.add(nameOf(each));
      else if (bytes + sizeOf(answer) > limits.bytes) {
        bytes = limits.bytes;
        leftOut.push(each);
      } else {
        bytes += sizeOf(answer);
        answers.set(each, answer);
      }
    } catch (error) {
      if (!(error instanceof ClusterError) || error.fault !== 'forbidden') throw error;
      if (!refused.has(roleOf(each)))
        problems.push({ path: 'cluster:', message: error.message, remedy: error.remedy ?? '' });
      refused.add(roleOf(each));
    }
  };
  for (const role of new Set(names.map(roleOf))) {
    const [first, ...others] = everywhere ? names : names.filter(({ namespace }) => namespace === role);
    // The first one alone: it tells whether the others may be read.
    if (first) await read(first);
    await fewAtOnce(others, atOnce, read);
  }
  if (leftOut.length > 0) problems.push(bounded(leftOut, names, limits));
  return { found: names.flatMap((each) => answers.get(each) ?? []), absent, problems };
}

function sizeOf(object: ClusterObject): number {
  return Buffer.byteLength(JSON.stringify(object));
}

function nameOf({ namespace, name }: ConfigMapName): string {
  return `${namespace}/${name}`;
}

function bounded(
  leftOut: readonly ConfigMapName[],
  names: readonly ConfigMapName[],
  { number, bytes }: ConfigMapLimits,
): ReadProblem {
  const told = leftOut.map(nameOf).sort().slice(0, mostNamed);
  const rest = leftOut.length - told.length;
  return {
    path: 'cluster:',
    message: printable(
      `${leftOut.length} of the ${names.length} ConfigMaps that workloads use were not read, as at most ${number} with ${bytes} bytes together are: ${told.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`,
    ),
    remedy: 'Audit the cluster namespace by namespace: --namespace NAME.',
  };
}
