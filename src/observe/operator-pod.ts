/** Lines of an object that the Prometheus Operator runs: pods without rights, as «nobody» of the image, and a claim for each. */
export function operatorPod(storage: string): string {
  return `  securityContext:
    runAsNonRoot: true
    runAsUser: 65534
    runAsGroup: 65534
    fsGroup: 65534
    seccompProfile:
      type: RuntimeDefault
  storage:
    volumeClaimTemplate:
      spec:
        accessModes:
          - ReadWriteOnce
        resources:
          requests:
            storage: ${storage}
`;
}
