import type { Finding, PeerId } from '../core/finding.ts';
import type { SuppressedFinding } from '../core/report.ts';
import type { Severity } from '../core/severity.ts';
import { namingPeers } from './retired-peers.ts';
import type { Sifted } from './suppress.ts';

/** How another tool's configuration sets that tool's checks, for instance `.hadolint.yaml`. */
export type PeerSettings = ReadonlyMap<PeerId, Severity | 'off'>;

/** Takes out the findings whose peer is switched off, and gives the others the severity that is set for a peer of theirs. */
export function applyPeerSettings(findings: readonly Finding[], settings: PeerSettings): Sifted {
  if (settings.size === 0) return { kept: findings, suppressed: [] };
  const kept: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const set = namingPeers(finding).flatMap((peer) => settings.get(peer) ?? []);
    const severity = set.find((each) => each !== 'off');
    if (set.includes('off')) suppressed.push({ finding, by: 'configuration' });
    else if (severity !== undefined) kept.push({ ...finding, severity });
    else kept.push(finding);
  }
  return { kept, suppressed };
}
