import { auditRole } from '../kubernetes/cluster-role.ts';
import type { PipelinePlan } from './pipeline-plan.ts';
import { head } from './workflow-text.ts';

/** Beside other manifests; nothing applies it by itself. */
export const kubernetesPath = 'deploy/plimsoll-review.yaml';

const name = 'plimsoll-review';
const namespace = 'plimsoll';

const labels = (indent: string) =>
  `${indent}app.kubernetes.io/name: ${name}\n${indent}app.kubernetes.io/managed-by: plimsoll\n`;

/**
 * The weekly review of a cluster as a CronJob: what got worse by the history on its volume, what runs in it audited, and whether its images are current. Its account reads what «audit --cluster» reads and
 * writes nothing. https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
export function reviewCronJob({ command, plimsollImage }: PipelinePlan): string {
  // The role with its comments: one text for «audit --cluster» and this.
  const role = auditRole([])
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim();
  return `${head(command, notes(plimsollImage))}
apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  labels:
    app.kubernetes.io/managed-by: plimsoll
    pod-security.kubernetes.io/enforce: restricted
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}# The pod asks for the token itself.
automountServiceAccountToken: false
---
# It lists, and gets the ConfigMaps that workloads name; no Secret is read.
${role}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ${name}
  labels:
${labels('    ')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: plimsoll-audit
subjects:
  - kind: ServiceAccount
    name: ${name}
    namespace: ${namespace}
---
# The reports of the last run, and the history, which the review looks back into.
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 100Mi
  # plimsoll:keep storage
  # plimsoll:end
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  schedule: "23 4 * * 1"
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      # It fails where findings are bad enough: again, it would find the same.
      backoffLimit: 0
      activeDeadlineSeconds: 3600
      template:
        metadata:
          labels:
${labels('            ')}        spec:
          restartPolicy: Never
          serviceAccountName: ${name}
          automountServiceAccountToken: true
          enableServiceLinks: false
          securityContext:
            runAsNonRoot: true
            # «nonroot» of the distroless image.
            runAsUser: 65532
            runAsGroup: 65532
            fsGroup: 65532
            seccompProfile:
              type: RuntimeDefault
          containers:
${container('review', plimsollImage, ['review', '--cluster', '--record', '--store', '/reports/history.db', '--quiet', '--format', 'markdown', '--output', '/reports/review.md'])}${container('audit', plimsollImage, ['audit', '--cluster', '--quiet', '--format', 'plain', '--also', 'html=/reports/audit.html', '--also', 'json=/reports/audit.json', '--fail-on', 'error'])}${container('bases', plimsollImage, ['bases', '--cluster', '--quiet', '--all', '--fail-on', 'error'])}          volumes:
            - name: reports
              persistentVolumeClaim:
                claimName: ${name}
            - name: cache
              emptyDir:
                sizeLimit: 100Mi
            # Logins of registries, where there are: the Secret below is optional.
            - name: login
              secret:
                secretName: ${name}-login
                optional: true
                defaultMode: 0440
                items:
                  - key: .dockerconfigjson
                    path: config.json
`;
}

function notes(plimsollImage: string): string[] {
  return [
    '',
    `The image: docker build --tag YOUR-REGISTRY/plimsoll:VERSION . in Plimsoll's repository, push it, and put its name for ${plimsollImage},`,
    'by Kustomize (images: [{name: registry.example/plimsoll, newName: YOUR-REGISTRY/plimsoll}]) or between the marks.',
    `Logins: kubectl -n ${namespace} create secret docker-registry ${name}-login --docker-server=… --docker-username=… --docker-password=…`,
    `Now, not on Monday: kubectl -n ${namespace} create job --from=cronjob/${name} now`,
  ];
}

function container(title: string, image: string, args: readonly string[]): string {
  return `            - name: ${title}
              # plimsoll:keep image-${title}
              image: ${image}
              # plimsoll:end
              args: [${args.join(', ')}]
              env:
                - name: XDG_CACHE_HOME
                  value: /cache
                - name: DOCKER_CONFIG
                  value: /login
                # plimsoll:keep env-${title}
                # plimsoll:end
              resources:
                requests:
                  cpu: 100m
                  memory: 128Mi
                limits:
                  memory: 512Mi
              securityContext:
                allowPrivilegeEscalation: false
                readOnlyRootFilesystem: true
                capabilities:
                  drop: [ALL]
              volumeMounts:
                - name: reports
                  mountPath: /reports
                - name: cache
                  mountPath: /cache
                - name: login
                  mountPath: /login
                  readOnly: true
`;
}
