import { runsContainers } from '../../bases/nested-runtimes.ts';
import type { RuleReport } from '../../core/rule.ts';
import { isWhole, runningContainers } from '../../kubernetes/whole-workload.ts';
import type { Container, Workload } from '../../kubernetes/workload.ts';
import { type MissingSetting, missingReport } from '../../project/missing-settings.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { hardenContainers, hasRootsRights, isRefusedAsNonRoot, type Lacking } from '../../repairs/harden-containers.ts';

const nonRoot: MissingSetting = {
  name: 'runAsNonRoot',
  keys: ['securityContext', 'runAsNonRoot'],
  ofPods: true,
  peers: ['kube-linter:run-as-non-root', 'polaris:runAsRootAllowed', 'trivy:KSV012', 'checkov:CKV_K8S_23'],
};
const noEscalation: MissingSetting = {
  name: 'allowPrivilegeEscalation: false',
  keys: ['securityContext', 'allowPrivilegeEscalation'],
  peers: ['polaris:privilegeEscalationAllowed', 'trivy:KSV001', 'checkov:CKV_K8S_20'],
};
const dropAll: MissingSetting = {
  name: 'capabilities.drop: [ALL]',
  keys: ['securityContext', 'capabilities', 'drop'],
  peers: [
    'polaris:insecureCapabilities',
    'kube-linter:drop-net-raw-capability',
    'trivy:KSV003',
    'trivy:KSV106',
    'trivy:KSV004',
    'checkov:CKV_K8S_28',
    'checkov:CKV_K8S_37',
  ],
};
const seccomp: MissingSetting = {
  name: 'seccompProfile',
  keys: ['securityContext', 'seccompProfile', 'type'],
  ofPods: true,
  peers: ['kube-score:container-seccomp-profile', 'trivy:KSV030', 'checkov:CKV_K8S_31'],
};
/** Polaris is content with any one of seccomp, SELinux, AppArmor and dropped capabilities. */
const linuxHardening = 'polaris:linuxHardening';
const anyName = 'any securityContext';
const anyContext: MissingSetting = {
  name: anyName,
  keys: ['securityContext'],
  ofPods: true,
  peers: ['checkov:CKV_K8S_29', 'checkov:CKV_K8S_30', 'trivy:KSV118', linuxHardening],
};

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A container with more rights than it needs',
  why: 'What breaks into the program gets everything that was not taken away: root, the default capabilities, every system call.',
  remedy:
    'Give the container a securityContext with runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities.drop: [ALL] and seccompProfile.type: RuntimeDefault.',
  peers: [nonRoot, noEscalation, dropAll, seccomp, anyContext].flatMap(({ peers }) => peers),
  check({ workload, project }, { report }) {
    if (workload.windows || !isWhole(workload)) return;
    const containers = [
      ...workload.initContainers.filter(({ role }) => role === 'init'),
      ...runningContainers(workload),
    ];
    const severity: Pick<RuleReport, 'severity'> = runsUnhardened(workload) ? {} : { severity: 'note' };
    const refused = containers.filter(
      (container) => isRefusedAsNonRoot(project, container) && missingSettings(container).includes(nonRoot),
    );
    const isRefused = (container: Container) => refused.includes(container);
    const finding = missingReport(
      workload,
      containers,
      (container) => (isRefused(container) ? missingBesides(container) : missingOf(container)),
      'sets',
    );
    if (finding) {
      const fix = hardeningOf(project, workload, containers, isRefused);
      report({ ...finding, ...severity, ...(fix && { fix }) });
    }
    // Until the image has another user, that cannot be mended here.
    const ofImage = missingReport(workload, refused, () => [nonRoot], 'sets');
    if (ofImage) report({ ...ofImage, ...severity, remedy: refused.some(hasRootsRights) ? withoutRights : imageFirst });
  },
});

const imageFirst =
  'Let the image end with USER and a number above zero first: with runAsNonRoot alone Kubernetes would not start it.';

const withoutRights =
  'The capabilities that are added, or the directories of the node, are of use to root alone: let the program do without them and start as a user above zero, or say runAsNonRoot: false.';

function hardeningOf(
  project: Project,
  workload: Workload,
  containers: readonly Container[],
  isRefused: (container: Container) => boolean,
) {
  const lacking = containers.flatMap((container): Lacking[] => {
    const missing = missingSettings(container);
    if (missing.length === 0 || runsContainers(container.imageReference?.text ?? '')) return [];
    return [
      {
        container,
        nonRoot: missing.includes(nonRoot) && !isRefused(container),
        noEscalation: missing.includes(noEscalation),
        dropAll: missing.includes(dropAll),
        seccomp: missing.includes(seccomp),
      },
    ];
  });
  return hardenContainers(project, workload, lacking);
}

/** A container that stays may be root or become it: worse than what is missing besides, or before the program starts. */
function runsUnhardened(workload: Workload): boolean {
  return runningContainers(workload).some((container) =>
    missingOf(container).some((missing) => missing === nonRoot || missing === noEscalation || missing.name === anyName),
  );
}

/** What is missing, in one word where that is everything. */
function missingOf(container: Container): MissingSetting[] {
  const missing = missingSettings(container);
  if (missing.length < 4 || hasContext(container)) return missing;
  return [{ ...anyContext, peers: [...missing, anyContext].flatMap(({ peers }) => peers) }];
}

/** What is missing beside what the image does not allow. */
function missingBesides(container: Container): MissingSetting[] {
  const missing = missingSettings(container).filter((each) => each !== nonRoot);
  if (missing.length < 3 || hasContext(container)) return missing;
  return missing.map((each) => (each === dropAll ? { ...each, peers: [...each.peers, ...anyContext.peers] } : each));
}

function hasContext({ security, workload }: Container): boolean {
  return security.node !== undefined || workload.securityContext !== undefined;
}

/** What is set to the opposite is found by rules of its own. */
function missingSettings(container: Container): MissingSetting[] {
  const { security } = container;
  if (security.privileged.value === true) return [];
  const missing: MissingSetting[] = [];
  if (security.runAsNonRoot.node === undefined && security.runAsUser.value === undefined) missing.push(nonRoot);
  if (security.allowPrivilegeEscalation.node === undefined) missing.push(noEscalation);
  if (!dropsAll(container)) missing.push(dropAll);
  if (security.seccompProfile.node === undefined && !hasSeccompAnnotation(container)) missing.push(seccomp);
  return missing;
}

function dropsAll({ security: { droppedCapabilities } }: Container): boolean {
  return droppedCapabilities.some(({ text }) => text.toUpperCase() === 'ALL');
}

/** How it was set before Kubernetes 1.19. */
function hasSeccompAnnotation({ name, workload }: Container): boolean {
  const annotations = workload.podAnnotations;
  return (
    annotations.has('seccomp.security.alpha.kubernetes.io/pod') ||
    annotations.has(`container.seccomp.security.alpha.kubernetes.io/${name}`)
  );
}
