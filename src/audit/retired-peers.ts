import type { Finding, PeerId } from '../core/finding.ts';

/**
 * Checks that another tool has given up and that files still name: hadolint once had DL3005, no `apt-get dist-upgrade`.
 * A finding does not carry them, for no peer reports them any more; comments and configuration that name them still hold.
 */
const retired: Readonly<Record<string, readonly PeerId[]>> = {
  'maintenance/dist-upgrade': ['hadolint:DL3005'],
};

/** The ids of other tools by which a comment or a configuration can name this finding. */
export function namingPeers({ rule, peers }: Finding): readonly PeerId[] {
  const old = Object.hasOwn(retired, rule) ? retired[rule] : undefined;
  return old === undefined ? peers : [...peers, ...old];
}
