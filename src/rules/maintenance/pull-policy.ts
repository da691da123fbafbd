import type { Container } from '../../kubernetes/workload.ts';
import { isTaggedBySkaffold } from '../../project/container-builds.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A moving tag is not pulled again',
  why: 'Each node keeps the image that it pulled first, so that replicas run different versions and updates do not arrive.',
  remedy: 'Name a version; then IfNotPresent is right. For a moving tag leave the policy out or set Always.',
  peers: ['kube-score:container-image-pull-policy', 'polaris:pullPolicyNotAlways', 'checkov:CKV_K8S_15'],
  check({ workload, project }, { report }) {
    for (const container of workload.allContainers) {
      const { image, imagePullPolicy: policy } = container;
      if (image === undefined || policy === undefined || !isMoving(container)) continue;
      if (isTaggedBySkaffold(project, container)) continue;
      if (policy.value !== 'IfNotPresent' && policy.value !== 'Never') continue;
      // Who writes Never loads the image into the nodes: it may be in no registry at all.
      const isLoaded = policy.value === 'Never';
      const fix = isLoaded
        ? undefined
        : manifestFix('Pull the moving tag each time', replaceIn(project, workload.object, policy, 'Always'), [
            asks(
              'Nodes reach the registry of the image whenever a pod starts.',
              `Is ${image.text} in a registry, and not only loaded into the nodes (kind load, minikube image load)?`,
            ),
          ]);
      report({
        ...(fix && { fix }),
        at: policy,
        also: [{ ...image, note: 'a tag that moves' }],
        message: isLoaded
          ? `imagePullPolicy Never starts whatever was loaded into the node as ${image.text}, and nothing on a node without it.`
          : `imagePullPolicy ${policy.text} keeps whatever a node pulled first as ${image.text}.`,
      });
    }
  },
});

/** Tags that are pushed again with every release or every commit. */
const movingTag =
  /^(?:latest|stable|edge|nightly|dev|develop|main|master|trunk|head|snapshot|canary|lts|prod|production|staging)$/;

function isMoving({ imageReference: reference }: Container): boolean {
  if (reference === undefined || reference.digest !== undefined) return false;
  return reference.tag === undefined || movingTag.test(reference.tag.toLowerCase());
}
