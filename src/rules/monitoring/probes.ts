import type { ReportedPlace } from '../../core/rule.ts';
import { servicesOf } from '../../kubernetes/relations.ts';
import { isWhole } from '../../kubernetes/whole-workload.ts';
import type { Container, Workload } from '../../kubernetes/workload.ts';
import { buildRunBy } from '../../project/container-builds.ts';
import { type HealthCheck, healthCheckOf } from '../../project/health-check.ts';
import { type MissingSetting, missingReport } from '../../project/missing-settings.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { addProbes } from '../../repairs/add-probes.ts';

const readiness: MissingSetting = {
  name: 'readinessProbe',
  keys: ['readinessProbe'],
  peers: [
    'kube-linter:no-readiness-probe',
    'kube-score:pod-probes',
    'polaris:readinessProbeMissing',
    'checkov:CKV_K8S_9',
  ],
};
const liveness: MissingSetting = {
  name: 'livenessProbe',
  keys: ['livenessProbe'],
  peers: ['kube-linter:no-liveness-probe', 'polaris:livenessProbeMissing', 'checkov:CKV_K8S_8'],
};

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A server without probes',
  why: 'Kubernetes sends traffic to a pod as soon as its process exists, during every start and update, and leaves one that hangs alone.',
  remedy:
    'Add a readinessProbe that asks the program whether it can serve, and a livenessProbe that asks only whether it still runs.',
  peers: [...readiness.peers, ...liveness.peers],
  check({ workload, project }, { report }) {
    // Knative probes what it starts by itself.
    if (!workload.longRunning || !isWhole(workload) || workload.object.group === 'serving.knative.dev') return;
    const servers = serversOf(workload, project);
    const missing = missingOf(workload.containers);
    const finding = missingReport(workload, servers, () => missing);
    if (!finding) return;
    const [known] = servers.flatMap((container) => {
      const build = buildRunBy(project, container);
      const check = build && healthCheckOf(build);
      return check ? { container, check } : [];
    });
    const isReady = !missing.includes(readiness);
    // kube-score looks at nothing that no Service leads to.
    const isServed = servicesOf(workload, project.objects).length > 0;
    const wanted = { readiness: !isReady, liveness: missing.includes(liveness) };
    const asked = known?.container ?? servers[0];
    const fix = asked && addProbes(project, workload, asked, wanted, known?.check);
    report({
      ...finding,
      ...(fix && { fix }),
      ...(finding.peers && !isServed && { peers: finding.peers.filter((peer) => peer !== 'kube-score:pod-probes') }),
      ...(isReady && { severity: 'note' }),
      ...(known && {
        also: [...(finding.also ?? []), placeOf(known.check)],
        ...hint(known.container, known.check, isReady),
      }),
    });
  },
});

/** The containers that are asked something: those with ports, or all of one, when a Service leads to it. */
function serversOf(workload: Workload, project: Project): readonly Container[] {
  const withPorts = workload.containers.filter(({ ports }) => ports.length > 0);
  if (withPorts.length > 0 || workload.containers.length > 1) return withPorts;
  return servicesOf(workload, project.objects).length > 0 ? workload.containers : [];
}

/** One container that is asked is enough: a pod is ready when all are that can tell, and proxies beside it seldom can. */
function missingOf(containers: readonly Container[]): MissingSetting[] {
  return [
    ...(containers.some(({ readinessProbe }) => readinessProbe) ? [] : [readiness]),
    ...(containers.some(({ livenessProbe }) => livenessProbe) ? [] : [liveness]),
  ];
}

function placeOf({ dockerfile, instruction }: HealthCheck): ReportedPlace {
  return { path: dockerfile.path, range: instruction.range, note: 'Kubernetes does not look at HEALTHCHECK' };
}

/** The image's own HEALTHCHECK as the probe that it would be. */
function hint(container: Container, { http, command }: HealthCheck, isReady: boolean): { readonly remedy?: string } {
  const probe = isReady ? 'livenessProbe' : 'readinessProbe';
  if (http) {
    const port = probedPort(container, http.port);
    const scheme = http.scheme === 'HTTPS' ? ', scheme: HTTPS' : '';
    const difference = port === http.port ? '' : ` (it asks port ${http.port}, the manifest names ${port})`;
    return {
      remedy: `Add what the image's HEALTHCHECK asks${difference}, as ${probe}: httpGet: {path: ${http.path}, port: ${port}${scheme}}.`,
    };
  }
  if (command)
    return {
      remedy: `Add what the image's HEALTHCHECK runs, as ${probe}: exec: {command: ${JSON.stringify(command)}}.`,
    };
  return {};
}

/** The manifest may tell the program to listen elsewhere than the image does by itself. */
function probedPort({ ports }: Container, asked: number): number {
  const declared = ports.flatMap(({ containerPort }) => containerPort ?? []);
  return declared.length === 1 && declared[0] !== undefined ? declared[0] : asked;
}
