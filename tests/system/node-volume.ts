import { chmodSync, mkdirSync } from 'node:fs';

/**
 * A document of a PersistentVolume for one claim: the node has no provisioner.
 * @param place a directory of this machine, which is made
 */
export function nodeVolume(
  name: string,
  claim: { readonly namespace: string; readonly name: string },
  place: string,
): string {
  mkdirSync(place, { recursive: true });
  // The kubelet gives no directory of the host to a group.
  chmodSync(place, 0o777);
  return `---
apiVersion: v1
kind: PersistentVolume
metadata: {name: ${name}}
spec:
  capacity: {storage: 20Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  claimRef: {namespace: ${claim.namespace}, name: ${claim.name}}
  hostPath: {path: ${place}}
`;
}
