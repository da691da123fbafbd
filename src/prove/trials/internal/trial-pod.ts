import type { JsonObject } from '../../../core/json-object.ts';
import type { TrialPlan, TrialRun } from '../../trial.ts';

/** Of the one container of a trial's pod. */
export const trialContainer = 'trial';

export interface TrialPod {
  readonly pod: JsonObject;
  /** What its files come from; undefined where it has none. */
  readonly configMap: JsonObject | undefined;
}

/**
 * The pod that tries an image: as the manifest has the container, without what only its cluster has. Its first port decides when it is Ready, so that the
 * kubelet tells what can be asked.
 */
export function trialPod(name: string, image: string, plan: TrialPlan, run: TrialRun | undefined): TrialPod {
  const files = [...plan.files];
  const [port] = plan.ports;
  const isOther = run?.entrypoint !== undefined;
  const args = run && (run.arguments.length > 0 || isOther) ? run.arguments : plan.arguments;
  const command = isOther ? [run.entrypoint] : plan.command;
  const mounts = [
    ...(plan.security?.writable ?? []).map((mountPath, at) => ({ name: `writable-${at}`, mountPath })),
    ...files.map(([mountPath], at) => ({ name: 'files', mountPath, subPath: `file-${at}`, readOnly: true })),
  ];
  const container = {
    name: trialContainer,
    image,
    imagePullPolicy: 'IfNotPresent',
    ...(command && { command }),
    ...(args && { args }),
    ...(plan.workingDirectory !== undefined && { workingDir: plan.workingDirectory }),
    env: [...plan.environment].map(([variable, value]) => ({ name: variable, value: escapeReferences(value) })),
    ...(port !== undefined && { readinessProbe: { tcpSocket: { port }, periodSeconds: 1, failureThreshold: 1 } }),
    ...(plan.security && { securityContext: securityContext(plan.security) }),
    volumeMounts: mounts,
  };
  return {
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        hostname: 'plimsoll-trial',
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: Math.ceil(plan.graceSeconds),
        containers: [container],
        volumes: [
          ...(plan.security?.writable ?? []).map((_, at) => ({ name: `writable-${at}`, emptyDir: {} })),
          ...(files.length > 0 ? [{ name: 'files', configMap: { name } }] : []),
        ],
      },
    },
    configMap:
      files.length === 0
        ? undefined
        : {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name },
            data: Object.fromEntries(files.map(([, text], at) => [`file-${at}`, text])),
          },
  };
}

/** The plan has put in what `$(NAME)` stands for: what is left stands for itself. */
function escapeReferences(value: string): string {
  return value.replaceAll('$(', '$$(');
}

function securityContext(security: NonNullable<TrialPlan['security']>): JsonObject {
  const [user, group] = (security.user ?? '').split(':').map((part) => (/^\d+$/.test(part) ? Number(part) : undefined));
  return {
    ...(user !== undefined && { runAsUser: user }),
    ...(group !== undefined && { runAsGroup: group }),
    ...(security.nonRoot && { runAsNonRoot: true }),
    readOnlyRootFilesystem: security.readOnlyRoot,
    ...(security.noNewPrivileges && { allowPrivilegeEscalation: false }),
    capabilities: { drop: security.dropCapabilities, add: security.addCapabilities },
  };
}
