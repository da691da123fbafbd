import { shellWord } from '../core/shell-word.ts';
import type { ResourceType } from '../kubernetes/cluster-object.ts';
import { listRules } from '../kubernetes/cluster-role.ts';
import { yamlText } from '../kubernetes/yaml-text.ts';
import { actions } from './github.ts';
import { installPlimsoll } from './shell-steps.ts';
import { block, quoted } from './workflow-text.ts';

/** What runs a command at its time. */
export const scheduleKinds = ['cronjob', 'systemd', 'github', 'gitlab'] as const;
export type ScheduleKind = (typeof scheduleKinds)[number];

export interface PruneSchedule {
  readonly registry: string;
  /** Behind `plimsoll`. */
  readonly command: readonly string[];
  readonly every: 'day' | 'week';
  /** Kinds that are listed in the cluster of the pod's own account; none: it is not asked. */
  readonly reads: readonly ResourceType[];
  /** Contexts of a kubeconfig are asked. */
  readonly hasContexts: boolean;
  /** Of Plimsoll, for pods. */
  readonly image: string;
  readonly namespace: string;
}

/** A file of a schedule. */
export interface ScheduleFile {
  readonly path: string;
  readonly text: string;
}

/** The files that clear a registry again and again. At an hour at which few push. */
export function pruneSchedule(kind: ScheduleKind, schedule: PruneSchedule): readonly ScheduleFile[] {
  switch (kind) {
    case 'cronjob':
      return [{ path: 'plimsoll-prune-registry.yaml', text: cronJob(schedule) }];
    case 'systemd':
      return systemd(schedule);
    case 'github':
      return [{ path: '.github/workflows/plimsoll-prune-registry.yml', text: githubWorkflow(schedule) }];
    case 'gitlab':
      return [{ path: '.gitlab/plimsoll-prune-registry.yml', text: gitlabJob(schedule) }];
  }
}

const name = 'plimsoll-prune-registry';
/** Minute, hour, day of the month, month, day of the week: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax */
const cron = { day: '17 3 * * *', week: '17 3 * * 0' };
const calendar = { day: '*-*-* 03:17:00', week: 'Sun *-*-* 03:17:00' };

/** One run at a time, as an account that only lists what could name an image; the journal outlives the pods. */
function cronJob({ command, every, reads, hasContexts, image, namespace, registry }: PruneSchedule): string {
  const metadata = {
    name,
    namespace,
    labels: { 'app.kubernetes.io/name': name, 'app.kubernetes.io/managed-by': 'plimsoll' },
  };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false };
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: metadata.labels },
    rules: listRules(reads),
  };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: metadata.labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  };
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '100Mi' } } },
  };
  const secret = (of: string, secretName: string, optional: boolean, items?: readonly object[]) => ({
    name: of,
    secret: { secretName, optional, defaultMode: 0o440, ...(items && { items }) },
  });
  const job = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: {
      schedule: cron[every],
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          // A run that stopped had a reason: the next one goes on.
          backoffLimit: 0,
          activeDeadlineSeconds: 21_600,
          template: {
            metadata: { labels: metadata.labels },
            spec: {
              restartPolicy: 'Never',
              serviceAccountName: name,
              automountServiceAccountToken: reads.length > 0,
              securityContext: {
                runAsNonRoot: true,
                runAsUser: 65_532,
                runAsGroup: 65_532,
                fsGroup: 65_532,
                seccompProfile: { type: 'RuntimeDefault' },
              },
              containers: [
                {
                  name: 'plimsoll',
                  image,
                  args: [...command, '--state', '/state'],
                  env: [
                    { name: 'DOCKER_CONFIG', value: '/login' },
                    ...(hasContexts ? [{ name: 'KUBECONFIG', value: '/kubeconfig/config' }] : []),
                  ],
                  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ['ALL'] },
                  },
                  volumeMounts: [
                    { name: 'state', mountPath: '/state' },
                    { name: 'login', mountPath: '/login', readOnly: true },
                    ...(hasContexts ? [{ name: 'kubeconfig', mountPath: '/kubeconfig', readOnly: true }] : []),
                  ],
                },
              ],
              volumes: [
                { name: 'state', persistentVolumeClaim: { claimName: name } },
                secret('login', `${name}-login`, true, [{ key: '.dockerconfigjson', path: 'config.json' }]),
                ...(hasContexts ? [secret('kubeconfig', `${name}-kubeconfig`, false)] : []),
              ],
            },
          },
        },
      },
    },
  };
  const objects = [account, ...(reads.length > 0 ? [role, binding] : []), claim, job];
  return [
    '# Written by «plimsoll prune registry --schedule cronjob».',
    `# Before it is applied: kubectl create namespace ${namespace}, and the login of an account that may delete in the registry:`,
    `#   kubectl -n ${namespace} create secret docker-registry ${name}-login --docker-server=${registry} --docker-username=… --docker-password=…`,
    ...(hasContexts
      ? [`#   kubectl -n ${namespace} create secret generic ${name}-kubeconfig --from-file=config=KUBECONFIG`]
      : []),
    objects.map((each) => yamlText(each)).join('---\n'),
  ].join('\n');
}

/** https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines */
function systemd({ command, every, registry }: PruneSchedule): ScheduleFile[] {
  const collects = command.includes('--garbage-collect');
  const arguments_ = [...command, ...(command.includes('--state') ? [] : ['--state', `%S/${name}`])];
  const words = arguments_.map((word) => (word === `%S/${name}` ? word : systemdWord(word))).join(' ');
  const service = `# Written by «plimsoll prune registry --schedule systemd».
# The login of an account that may delete: docker --config /etc/${name} login ${registry}
[Unit]
Description=Delete images of ${registry} that nothing needs any more
Documentation=https://github.com/opencontainers/distribution-spec/blob/main/spec.md
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/bin/env plimsoll ${words}
Environment=DOCKER_CONFIG=/etc/${name}
StateDirectory=${name}
StateDirectoryMode=0700
TimeoutStartSec=6h
NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=read-only
${collects ? '# The registry’s configuration and storage are written to, and the registry is restarted.\n' : 'ProtectSystem=strict\nProtectKernelTunables=yes\nProtectControlGroups=yes\nRestrictSUIDSGID=yes\n'}`;
  const timer = `# Written by «plimsoll prune registry --schedule systemd».
# systemctl enable --now ${name}.timer
[Unit]
Description=Clear ${registry} every ${every}

[Timer]
OnCalendar=${calendar[every]}
RandomizedDelaySec=15min
Persistent=yes

[Install]
WantedBy=timers.target
`;
  return [
    { path: `${name}.service`, text: service },
    { path: `${name}.timer`, text: timer },
  ];
}

function systemdWord(word: string): string {
  const escaped = word.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/%/g, '%%').replace(/\$/g, '$$$$');
  return /^[\w./:=@,+-]+$/.test(word) ? word : `"${escaped}"`;
}

/** What a shell runs, with the registry's login where there is one. */
function script({ command, registry, hasContexts }: PruneSchedule): string[] {
  return [
    'umask 077',
    'DOCKER_CONFIG="$(mktemp -d)"; export DOCKER_CONFIG',
    'if [ -n "$REGISTRY_PASSWORD" ]; then',
    `  LOGIN="$(printf '%s:%s' "$REGISTRY_USER" "$REGISTRY_PASSWORD" | base64 | tr -d '\\n')"`,
    `  printf '{"auths":{"%s":{"auth":"%s"}}}' ${shellWord(registry)} "$LOGIN" > "$DOCKER_CONFIG/config.json"`,
    'fi',
    ...(hasContexts
      ? [
          `KUBECONFIG="$DOCKER_CONFIG/kubeconfig"; export KUBECONFIG`,
          `printf '%s' "$PLIMSOLL_KUBECONFIG" > "$KUBECONFIG"`,
        ]
      : []),
    `plimsoll ${command.map(shellWord).join(' ')}`,
  ];
}

function githubWorkflow(schedule: PruneSchedule): string {
  const { every, hasContexts } = schedule;
  return `# Written by «plimsoll prune registry --schedule github».
# Variables of the repository: PLIMSOLL_PACKAGE (docs/ci.md), REGISTRY_USER. Secrets: REGISTRY_PASSWORD${hasContexts ? ', PLIMSOLL_KUBECONFIG' : ''}
name: plimsoll-prune-registry

on:
  schedule:
    - cron: ${quoted(cron[every])}
  workflow_dispatch:

permissions: {}

# Never two at once, and never one cut off.
concurrency:
  group: plimsoll-prune-registry
  cancel-in-progress: false

jobs:
  prune:
    runs-on: ubuntu-24.04
    timeout-minutes: 350
    permissions:
      contents: read
    steps:
      - uses: ${actions.checkout}
        with:
          # All branches and tags: what any of them names is kept.
          fetch-depth: 0
          persist-credentials: false
      - uses: ${actions.node}
        with:
          node-version: 24
          package-manager-cache: false
      - name: Install Plimsoll
        env:
          PLIMSOLL_PACKAGE: \${{ vars.PLIMSOLL_PACKAGE }}
        run: |
${block(installPlimsoll, 10)}
      - name: Clear the registry
        env:
          REGISTRY_USER: \${{ vars.REGISTRY_USER }}
          REGISTRY_PASSWORD: \${{ secrets.REGISTRY_PASSWORD }}
${hasContexts ? `          PLIMSOLL_KUBECONFIG: \${{ secrets.PLIMSOLL_KUBECONFIG }}\n` : ''}        run: |
${block(script(schedule), 10)}
`;
}

/** GitLab keeps the times of schedules outside of the file: https://docs.gitlab.com/ci/pipelines/schedules/ */
function gitlabJob(schedule: PruneSchedule): string {
  const { command, every, hasContexts } = schedule;
  return `# Written by «plimsoll prune registry --schedule gitlab». In .gitlab-ci.yml: include: [{local: .gitlab/plimsoll-prune-registry.yml}]
# Build, Pipeline schedules: a schedule «${cron[every]}» with the variable PLIMSOLL_PRUNE_REGISTRY=yes.
# Variables of the project: PLIMSOLL_PACKAGE (docs/ci.md), REGISTRY_USER, REGISTRY_PASSWORD (masked)${hasContexts ? ', PLIMSOLL_KUBECONFIG (masked)' : ''}
plimsoll-prune-registry:
  stage: test
  image: ${command.includes('--git') ? 'node:24-bookworm' : 'node:24-bookworm-slim'}
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule" && $PLIMSOLL_PRUNE_REGISTRY == "yes"
  # Never two at once.
  resource_group: plimsoll-prune-registry
  timeout: 6h
  variables:
    # All branches and tags: what any of them names is kept.
    GIT_DEPTH: 0
  before_script:
    - |
${block(installPlimsoll, 6)}
  script:
    - |
${block(script(schedule), 6)}
`;
}
