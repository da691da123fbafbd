import type { Container } from '../../kubernetes/workload.ts';
import { isTaggedBySkaffold } from '../../project/container-builds.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A workload runs an image without a version',
  why: 'Which program runs then depends on when a node pulled the image: replicas differ, and there is nothing to roll back to.',
  remedy: 'Name the version that was released, or its digest.',
  peers: [
    'kube-linter:latest-tag',
    'kube-score:container-image-tag',
    'polaris:tagNotSpecified',
    'trivy:KSV013',
    'checkov:CKV_K8S_14',
  ],
  check({ workload, project }, { report }) {
    const found = new Map<string, Container[]>();
    for (const container of workload.allContainers) {
      if (!isMoving(container) || isTaggedBySkaffold(project, container)) continue;
      const text = container.imageReference?.text ?? '';
      const same = found.get(text);
      if (same) same.push(container);
      else found.set(text, [container]);
    }
    for (const [text, [first, ...others]] of found)
      if (first?.image)
        report({
          at: first.image,
          also: others.flatMap(({ image }) => (image ? { ...image, note: 'the same image' } : [])),
          message:
            first.imageReference?.tag === undefined
              ? `${text} has no tag, which means latest.`
              : `${text} is whatever was pushed last.`,
        });
  },
});

function isMoving({ imageReference: reference }: Container): boolean {
  return (
    reference !== undefined &&
    reference.digest === undefined &&
    (reference.tag === undefined || reference.tag === 'latest')
  );
}
