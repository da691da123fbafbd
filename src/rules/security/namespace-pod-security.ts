import type { Fix } from '../../core/fix.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { podSecurityViolations } from '../../kubernetes/pod-security.ts';
import { at } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { asks, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

const label = 'pod-security.kubernetes.io/enforce';

export const rule = objectRule({
  severity: 'note',
  summary: 'A namespace that takes every pod',
  why: 'Without the label any pod is admitted, one with the rights of its node too, and one line of a manifest is all it takes.',
  remedy: `Label the namespace with ${label}: restricted, or baseline where its pods need more.`,
  peers: [],
  check({ object, project }, { report }) {
    if (object.kind !== 'Namespace' || object.group !== '' || object.labels.has(label)) return;
    // What a cluster's own pods need is more than any standard allows.
    if (/^(?:kube-|openshift-|istio-system$)/.test(object.name) || object.name === '') return;
    // Rules of another engine stand in the place of the label.
    if (project.objects.some(({ group }) => /(?:^|\.)(?:kyverno\.io|gatekeeper\.sh|kubewarden\.io)$/.test(group)))
      return;
    report({
      ...labelled(project, object),
      at: object.place,
      message: `Namespace ${object.name} enforces no Pod Security Standard.`,
    });
  },
});

/** The strictest standard that the pods which are declared for the namespace fulfil. */
function labelled(project: Project, object: KubernetesObject): { readonly fix?: Fix } {
  const pods = project.workloads.filter(({ namespace }) => namespace === object.name);
  const metadata = at(object.node, 'metadata');
  // What a mesh puts into each pod, with the right to change its network, is not seen here.
  const isMeshed = [...object.labels.keys()].some((key) => /istio|linkerd|kuma|consul/.test(key));
  if (pods.length === 0 || metadata?.kind !== 'map' || isMeshed) return {};
  const level = (['restricted', 'baseline'] as const).find((each) =>
    pods.every((workload) => podSecurityViolations(workload, each).length === 0),
  );
  if (level === undefined) return {};
  const fix = manifestFix(`Enforce ${level}`, setIn(project, object, metadata, { labels: { [label]: level } }), [
    asks(
      `All pods of namespace ${object.name} fulfil ${level}.`,
      `The ${pods.length === 1 ? 'workload' : `${pods.length} workloads`} declared here for ${object.name} ${pods.length === 1 ? 'fulfils' : 'fulfil'} ${level}. Do all others that run there, and sidecars that are put into pods? \`kubectl label --dry-run=server ns ${object.name} ${label}=${level}\` says it.`,
    ),
  ]);
  return fix ? { fix } : {};
}
