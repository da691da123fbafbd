import { runningContainers } from '../../project/live-containers.ts';
import { clusterRule } from '../../project/rule.ts';

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/images/types.go and kuberuntime/kuberuntime_container.go */
const remedies: Readonly<Record<string, string>> = {
  ErrImagePull:
    'Look at the pod’s events: is the name right, is the registry reachable, does the pod have the pull secret?',
  ImagePullBackOff:
    'Look at the pod’s events: is the name right, is the registry reachable, does the pod have the pull secret?',
  ErrImageNeverPull:
    'The node does not have the image and imagePullPolicy Never forbids to pull it: import it or change the policy.',
  InvalidImageName: 'Correct the image reference.',
  CreateContainerConfigError:
    'A ConfigMap, Secret or key that the container wants is missing: kubectl describe pod names it.',
  CreateContainerError: 'The container runtime refused it: kubectl describe pod says why.',
  RunContainerError: 'It could not be started: is the command in the image, and may its user run it?',
};

export const rule = clusterRule({
  severity: 'error',
  summary: 'Pods that cannot start',
  why: 'A container that cannot start serves nobody, and a rollout that waits for it never ends.',
  remedy: 'Look at the events of the pod: kubectl describe pod.',
  peers: [],
  check({ live, project }, { report }) {
    for (const { container, runs } of runningContainers(project, live)) {
      const failing = runs.filter(({ state }) => state.waiting !== undefined && Object.hasOwn(remedies, state.waiting));
      const [first] = failing;
      if (!first) continue;
      const reason = first.state.waiting ?? '';
      const remedy = remedies[reason];
      report({
        at: reason.includes('Image') && container.image ? container.image : container.place,
        message: `Container ${container.name} does not start in ${failing.length} of ${runs.length} pods: ${reason}.`,
        ...(remedy !== undefined && { remedy }),
      });
    }
  },
});
