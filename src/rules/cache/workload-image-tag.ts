import type { Fix } from '../../core/fix.ts';
import type { Container } from '../../kubernetes/workload.ts';
import { isTaggedBySkaffold } from '../../project/container-builds.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn, together } from '../../repairs/manifest-edits.ts';
import { tagElsewhere } from '../../repairs/tag-elsewhere.ts';

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
          ...pinned(project, [first, ...others]),
          at: first.image,
          also: others.flatMap(({ image }) => (image ? { ...image, note: 'the same image' } : [])),
          message:
            first.imageReference?.tag === undefined
              ? `${text} has no tag, which means latest.`
              : `${text} is whatever was pushed last.`,
        });
  },
});

/** The version that files along the way name. */
function pinned(project: Project, containers: readonly Container[]): { readonly fix?: Fix } {
  const [first] = containers;
  const path = first?.image?.path ?? first?.workload.object.path;
  const known = first?.imageReference && path !== undefined && tagElsewhere(project, first.imageReference, path);
  if (!known) return {};
  const edits = together(
    containers.map(
      ({ image, workload }) =>
        image && replaceIn(project, workload.object, image, `${image.text.replace(/:latest$/, '')}:${known.tag}`),
    ),
  );
  const fix = manifestFix(`Name version ${known.tag}, as ${known.path} does`, edits, [
    asks(
      'That version is the one that runs now, or may run.',
      `Which version do the running pods have (kubectl get pod -o jsonpath='{..imageID}')? ${known.path} names ${known.tag}.`,
    ),
  ]);
  return fix ? { fix } : {};
}

function isMoving({ imageReference: reference }: Container): boolean {
  return (
    reference !== undefined &&
    reference.digest === undefined &&
    (reference.tag === undefined || reference.tag === 'latest')
  );
}
