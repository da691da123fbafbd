import type { ClusterInventory, RunningImage } from '../../core/report.ts';
import { bytesText, plural, secondsText } from './wording.ts';

/** The columns of {@link imageCells}; those from the second on stand at the right. */
export const imageColumns = ['image', 'digest', 'age', 'size', 'pulled in', 'pods', 'restarts'] as const;

/** One running image as a table shows it; `?` for what nobody told. */
export function imageCells({ image, digests, ageDays, bytes, pulls, runBy }: RunningImage): string[] {
  const pods = runBy.reduce((sum, use) => sum + use.pods, 0);
  const restarts = runBy.reduce((sum, use) => sum + use.restarts, 0);
  const [worst] = runBy.filter((use) => use.restarts > 0).sort((one, other) => other.restarts - one.restarts);
  return [
    image,
    digestText(digests),
    ageDays === undefined ? '?' : `${ageDays} d`,
    bytes === undefined ? '?' : bytesText(bytes),
    pulls === undefined ? '?' : secondsText(pulls.medianSeconds),
    String(pods),
    restarts === 0 ? '0' : `${restarts}${worst?.lastReason ? ` ${worst.lastReason}` : ''}`,
  ];
}

function digestText(digests: readonly string[]): string {
  const [first] = digests;
  if (first === undefined) return '?';
  return digests.length === 1 ? first.replace(/^sha256:/, '').slice(0, 12) : `${digests.length} different`;
}

/** What was looked at and what not, one sentence each. */
export function clusterSentences(cluster: ClusterInventory): string[] {
  const { context, server, version, namespaces, leftOut, pods, nodes, drift } = cluster;
  const bytes = nodes.reduce((sum, node) => sum + node.bytes, 0);
  const few = namespaces.length <= 8 ? `: ${namespaces.join(', ')}` : '';
  return [
    `Context ${context}, ${server}${version === undefined ? '' : `, Kubernetes ${version}`}: ${plural(pods, 'pod')} in ${plural(namespaces.length, 'namespace')}${few}.`,
    ...(leftOut.length > 0 ? [`Not looked at: ${leftOut.join(', ')} (--all-namespaces does).`] : []),
    ...(nodes.length > 0
      ? [`${plural(nodes.length, 'node')} with ${bytesText(bytes)} of images, as far as they tell.`]
      : []),
    ...(drift
      ? [
          `${plural(drift.compared, 'live object')} compared with the manifests: ${drift.differing.length} differ, ${drift.missing.length} are missing, ${plural(drift.unknown.length, 'workload')} without a manifest.`,
        ]
      : []),
  ];
}
