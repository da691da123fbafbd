import { scalarText } from '../../kubernetes/scalar-text.ts';
import { fillScript } from '../fill-script.ts';
import {
  type ApplicationPlan,
  isSingle,
  keepsData,
  type RunPlan,
  secretsOf,
  settingsOf,
  type WritablePath,
} from '../plan.ts';

/** The Deployment of a plan: a restricted pod that can be moved, updated and scaled without anybody noticing. */
export function writeDeployment(plan: ApplicationPlan): string {
  const { name, run, metrics } = plan;
  const annotations = metrics
    ? `
      annotations:
        # It serves metrics: ${metrics.evidence}
        prometheus.io/scrape: "true"
        prometheus.io/port: "${run.port ?? 9090}"
        prometheus.io/path: ${scalarText(metrics.path)}`
    : '';
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
${replicas(plan)}  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
${strategy(plan)}  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}${annotations}
    spec:
      serviceAccountName: ${name}
      # The program does not call the Kubernetes API.
      automountServiceAccountToken: false
${placement(plan)}${termination(run)}      securityContext:
        runAsNonRoot: true
        # As USER in the Dockerfile: ${run.userEvidence}.
        runAsUser: ${run.user}
        runAsGroup: ${run.user}
        fsGroup: ${run.user}
        seccompProfile:
          type: RuntimeDefault
${filling(plan)}      containers:
        - name: ${name}
          image: ${scalarText(plan.image)}
          imagePullPolicy: IfNotPresent
${ports(run)}${environment(plan)}${probes(run)}          resources:
            # Starting points for ${plan.framework ?? plan.language}: replace them by what is measured under your own load.
            requests:
              cpu: ${run.resources.cpu}
              memory: ${run.resources.memory}
            limits:
              # No limit for the CPU: it would slow the program down while the node is idle.
              memory: ${run.resources.memoryLimit}
          securityContext:
            allowPrivilegeEscalation: false
            # What the program may write is mounted below.
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
${volumes(plan)}`;
}

function replicas(plan: ApplicationPlan): string {
  const { run } = plan;
  if (plan.mayKeepData)
    return '  # One until it is known whether the program keeps data in files: «plimsoll init --data DIR», or --stateless for an autoscaler.\n  # plimsoll ignore=alerting/single-replica -- whether it keeps data in files is an open question\n  replicas: 1\n';
  if (keepsData(plan))
    return '  # What it keeps lies in files (volume.yaml), which two pods would change behind each other.\n  replicas: 1\n';
  return run.port === undefined
    ? '  # Nothing connects to it: more than one would do the work twice, unless it takes its work from a queue.\n  replicas: 1\n'
    : '  # No number of replicas: the autoscaler (hpa.yaml) sets it, and a number here would undo that with each apply.\n';
}

function strategy(plan: ApplicationPlan): string {
  if (isSingle(plan))
    return `  strategy:
    # The old pod goes before the new one comes: for some seconds of each update nobody answers.
    type: Recreate
`;
  return `  strategy:
    type: RollingUpdate
    rollingUpdate:
      # A new pod must be ready before an old one goes.
      maxUnavailable: 0
      maxSurge: 1
`;
}

function placement(plan: ApplicationPlan): string {
  const { name, run } = plan;
  if (run.port === undefined || isSingle(plan)) return '';
  return `      # On different nodes where there are several.
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app.kubernetes.io/name: ${name}
`;
}

function termination({ ignoresTermination }: RunPlan): string {
  if (!ignoresTermination) return '';
  return `      # The sources have no handler for SIGTERM, and the kernel gives process 1 none without one: the pod would be killed after 30
      # seconds. In a process namespace of the pod it is not process 1. With «docker run», --init does the same.
      shareProcessNamespace: true
`;
}

function ports({ port }: RunPlan): string {
  if (port === undefined) return '';
  return `          ports:
            - name: http
              containerPort: ${port}
`;
}

function environment(plan: ApplicationPlan): string {
  const settings =
    settingsOf(plan).length > 0
      ? `          envFrom:\n            - configMapRef:\n                name: ${plan.name}\n`
      : '';
  const secrets = secretsOf(plan).map(
    ({ name, required }) => `            - name: ${name}
              valueFrom:
                secretKeyRef:
                  name: ${plan.name}
                  key: ${name}
${required ? '' : '                  # The program starts without it.\n                  optional: true\n'}`,
  );
  return `${secrets.length > 0 ? `          env:\n${secrets.join('')}` : ''}${settings}`;
}

function probes({ port, health, startSeconds }: RunPlan): string {
  if (port === undefined) return '';
  const kind = health ? 'httpGet' : 'tcpSocket';
  const question = (path: string | undefined) =>
    `            ${kind}:\n${path === undefined ? '' : `              path: ${scalarText(path)}\n`}              port: http\n`;
  const why = health
    ? `${health.path}: ${health.evidence}.`
    : 'No route for health checks was found: the port is asked whether it listens. Better: a route that tells whether it can serve.';
  return `          # ${why}
          startupProbe:
${question(health?.live ?? health?.path)}            # Until it has answered once, up to ${startSeconds * 2} seconds.
            periodSeconds: 2
            failureThreshold: ${startSeconds}
          readinessProbe:
${question(health?.path)}            periodSeconds: 5
            timeoutSeconds: 2
            failureThreshold: 2
          livenessProbe:
${question(health?.live ?? health?.path)}            # More patient than readiness: a restart is for a program that hangs, not for one that is busy.
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
`;
}

interface NamedVolume extends WritablePath {
  /** Of the emptyDir, or of the part of the volume that outlives the pod. */
  readonly name: string;
}

function namedVolumes({ run }: ApplicationPlan): NamedVolume[] {
  return run.writable.map((each) => ({
    ...each,
    name: each.path
      .replace(/[^a-z0-9]+/gi, '-')
      .replace(/^-|-$/g, '')
      .toLowerCase(),
  }));
}

function mountOf({ name, lasts }: NamedVolume, path: string): string {
  const part = lasts ? `\n              subPath: ${scalarText(name)}` : '';
  return `            - name: ${lasts ? 'kept-data' : name}\n              mountPath: ${scalarText(path)}${part}\n`;
}

/** Where the volumes lie while they are filled. */
const fillingAt = '/volumes';

/** A volume is empty at first, and would hide what the image has in its place: that is copied into it. */
function filling(plan: ApplicationPlan): string {
  const filled = namedVolumes(plan).filter((each) => each.filled);
  if (filled.length === 0) return '';
  return `      # The image has files where the program writes, which the volumes would hide: they are copied there first, and what is there stays.
${filled.some(({ lasts }) => lasts) ? '      # A volume that lasts keeps the files of the first image: those of a newer one do not replace them.\n' : ''}      initContainers:
${filled.map((each) => copying(plan, each)).join('')}`;
}

function copying({ image }: ApplicationPlan, volume: NamedVolume): string {
  const to = `${fillingAt}/${volume.name}`;
  return `        - name: ${`fill-${volume.name}`.slice(0, 63).replace(/-+$/, '')}
          image: ${scalarText(image)}
          imagePullPolicy: IfNotPresent
          command:
            - sh
            - -ec
            # Under another name first: what is cut off is not taken for whole by the next start.
            - |
${fillScript.replace(/^(?=.)/gm, ' '.repeat(14))}            - fill
            - ${scalarText(volume.path)}
            - ${scalarText(to)}
          resources:
            requests:
              cpu: 10m
              memory: 16Mi
            limits:
              memory: 64Mi
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop:
                - ALL
          volumeMounts:
${mountOf(volume, to)}`;
}

function volumes(plan: ApplicationPlan): string {
  const named = namedVolumes(plan);
  if (named.length === 0) return '';
  const mounts = named.map((each) => `            # ${each.why}\n${mountOf(each, each.path)}`);
  const list = named
    .filter(({ lasts }) => !lasts)
    .map(({ name }) => `        - name: ${name}\n          emptyDir:\n            sizeLimit: 256Mi\n`);
  const kept = `        - name: kept-data\n          persistentVolumeClaim:\n            claimName: ${plan.name}-data\n`;
  if (named.some(({ lasts }) => lasts)) list.push(kept);
  return `          volumeMounts:\n${mounts.join('')}      volumes:\n${list.join('')}`;
}
