import { nobody, podSecurity } from './pod-security.ts';
/** Lines of an object that the Prometheus Operator runs: pods without rights, as «nobody» of the image, and a claim for each. */
export function operatorPod(storage: string): string {
  return `${podSecurity({ user: nobody, volumes: true }, '  ')}  storage:
    volumeClaimTemplate:
      spec:
        accessModes:
          - ReadWriteOnce
        resources:
          requests:
            storage: ${storage}
`;
}
