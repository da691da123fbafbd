import { readPolicy } from '../../kubernetes/response/read-policy.ts';
import type { ObservedWorkload, ObservePart, ObservePlan } from '../observe-plan.ts';
import { plimsollImage, plimsollImageNote } from '../plimsoll-image.ts';
import { responderManifests } from './manifests.ts';

/** `plimsoll respond` as a workload, with a policy for the project's workloads that only shows what it would do. */
export const respondPart: ObservePart = {
  name: 'respond',
  summary: 'plimsoll respond: acts on alerts within a policy, with the rights that the policy needs',
  write(plan) {
    const { choices } = plan;
    const policyText = defaultPolicy(plan);
    if (policyText === undefined) return [];
    const files = responderManifests({
      policy: readPolicy('policy.yaml', policyText),
      policyText,
      namespace: choices.namespace,
      image: plimsollImage,
      imageNote: plimsollImageNote,
      mode: undefined,
      keda: choices.keda,
    });
    const listed = files.map(({ path }) => `  - ${path.slice('base/respond/'.length)}\n`).join('');
    const text = `# plimsoll respond: its account, its policy and who may ask it.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
${listed}`;
    return [...files, { path: 'base/respond/kustomization.yaml', owner: 'base', text }];
  },
};

const kinds: Readonly<Record<string, string>> = {
  Deployment: 'deployment',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
};

/** A policy for the workloads that run all the time; undefined where there are none. What Kubernetes itself is made of is no matter for it. */
function defaultPolicy({ workloads, choices }: ObservePlan): string | undefined {
  const running = workloads.filter(
    ({ kind, longRunning, namespace }) =>
      longRunning && Object.hasOwn(kinds, kind) && !(namespace ?? '').startsWith('kube-'),
  );
  if (running.length === 0) return undefined;
  const deployments = running.filter(({ kind }) => kind === 'Deployment');
  const serving = deployments.filter(({ serves, alone }) => serves && alone === undefined);
  return `# What an alert may have done. Only shown, as a dry run, until «mode: act» is set here, or in single rules.
# plimsoll respond check policy.yaml says what it allows; schemas/respond-policy.schema.json is for editors.
version: 1
mode: dry-run
# Over all rules: what goes wrong everywhere at once is no matter for restarts.
limit: {actions: 10, window: 1h}
evidence:
  prometheus: http://prometheus.${choices.namespace}.svc:9090
notify:
  # What was done, or would be, comes as the alert PlimsollResponse to whom Alertmanager routes it.
  alertmanager: http://alertmanager.${choices.namespace}.svc:9093
rules:
  # Memory that only grows is given back by a restart, one pod after the other. A quarter of an hour between two: what needs more
  # is broken in another way.
  - name: restart what leaks
    alerts: [ContainerMemoryNearLimit, ContainerOomKilled]
${scope(running)}    do: [restart, evidence, incident]
    limit: {actions: 3, window: 6h}
    coolDown: 15m
${
  deployments.length === 0
    ? ''
    : `  # Only where the image was changed within the hour before, and the revision before served.
  - name: roll back what does not start
    alerts: [ContainerCrashLooping, PodWithoutRunningContainer, ImagePullFails]
${scope(deployments)}    do: [rollback, evidence, incident]
    limit: {actions: 2, window: 6h}
    coolDown: 30m
`
}${
  serving.length === 0
    ? ''
    : `  # One pod more at a time; where an autoscaler owns the replicas, its minimum is raised. Half an hour after the alert is over it is
  # given back.
  - name: scale what is busy
    alerts: [ContainerCpuSaturated]
${scope(serving)}    do: [scale, evidence]
    # At most twice as many as the manifests ask for, and no less than four.
    scale: {min: 2, max: ${Math.max(4, 2 * Math.max(...serving.map(({ replicas }) => replicas ?? 1)))}, step: 1, giveBack: 30m}
    limit: {actions: 6, window: 1h}
    coolDown: 5m
`
}`;
}

/** Workloads without a namespace are applied to «default» unless somebody says otherwise: the overlay's part. */
function scope(workloads: readonly ObservedWorkload[]): string {
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace ?? 'default'))].sort();
  const names = [...new Set(workloads.map(({ kind, name }) => `${kinds[kind]}/${name}`))].sort();
  return `    namespaces: [${namespaces.map((each) => JSON.stringify(each)).join(', ')}]
    workloads: [${names.map((each) => JSON.stringify(each)).join(', ')}]
`;
}
