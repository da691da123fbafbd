import type { Fix } from '../../core/fix.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { servicesOf } from '../../kubernetes/relations.ts';
import { selectorOf, selects } from '../../kubernetes/selector.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { at, entryOf, textAt } from '../../kubernetes/yaml-node.ts';
import { directoryOf } from '../../project/link-builds.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { hasOperatedBeside, workloadsBeside, workloadsChosenBy } from '../../project/workload-index.ts';
import { asks, manifestFix, replaceIn, together } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'note',
  summary: 'A Service that chooses no pods',
  why: 'Connections to it lead nowhere.',
  remedy: 'Write the labels of the pods that are meant.',
  peers: ['kube-score:service-targets-pod', 'kube-linter:dangling-service'],
  check({ object, project }, { report }) {
    if (object.kind !== 'Service' || object.group !== '') return;
    // Of the control plane's pods there are no manifests that are applied.
    if (textAt(object.node, 'spec', 'type') === 'ExternalName' || object.namespace === 'kube-system') return;
    const selector = entryOf(at(object.node, 'spec'), 'selector');
    if (selector?.value.kind !== 'map' || selector.value.entries.length === 0) return;
    if (workloadsChosenBy(project, object).length > 0 || hasOperatedBeside(project, object)) return;
    if (hasUnreadBeside(project, object)) return;
    // The workload may be kept elsewhere: only where others stand beside it, wrong labels are likely.
    const beside = workloadsBeside(project, object);
    const elsewhere = beside.length === 0 ? chosenElsewhere(project, object) : undefined;
    if (elsewhere)
      report({
        at: { path: selector.key.path, range: selector.range },
        also: [{ ...elsewhere.place, note: `${titleOf(elsewhere)} has the labels, in ${elsewhere.namespace}` }],
        message: `${titleOf(object)} chooses pods of ${object.namespace}, and those with its labels are in ${elsewhere.namespace}.`,
        remedy: `Put the Service into the namespace of its pods; others reach it as ${object.name}.${elsewhere.namespace}.`,
      });
    if (beside.length === 0) return;
    report({
      ...choosing(project, object, beside),
      at: { path: selector.key.path, range: selector.range },
      also: beside
        .slice(0, 3)
        .map((workload) => ({ ...workload.place, note: `${titleOf(workload)} has other labels` })),
      message: `${titleOf(object)} chooses the pods of no workload here.`,
    });
  },
});

/** Its templates lie below it, with Services of their own. */
const isChart = /(?:^|\/)Chart\.ya?ml$/;

/** A file beside it that could not be read may hold the workload: a template, say. */
function hasUnreadBeside(project: Project, { path }: KubernetesObject): boolean {
  const directory = directoryOf(path);
  return project.problems.some((problem) => directoryOf(problem.path) === directory && !isChart.test(problem.path));
}

/** A workload of another namespace with the labels, where both namespaces are written: a Service reaches pods of its own alone. */
function chosenElsewhere(project: Project, service: KubernetesObject): Workload | undefined {
  const chosen = selectorOf(service);
  if (chosen === undefined || service.namespace === undefined) return undefined;
  return project.workloads.find(({ namespace, podLabels }) => namespace !== undefined && selects(chosen, podLabels));
}

/** The labels of the one workload beside it that no other Service leads to. */
function choosing(project: Project, service: KubernetesObject, beside: readonly Workload[]): { readonly fix?: Fix } {
  const [workload, ...others] = beside;
  if (workload === undefined || others.length > 0 || servicesOf(workload, project.objects).length > 0) return {};
  const wanted = [...(selectorOf(service)?.matchLabels ?? [])].filter(
    ([key, value]) => workload.podLabels.get(key) !== value,
  );
  if (wanted.length === 0 || wanted.some(([key]) => !workload.podLabels.has(key))) return {};
  const edits = together(
    wanted.map(([key]) => {
      const node = at(service.node, 'spec', 'selector', key);
      return node && replaceIn(project, service, node, workload.podLabels.get(key) ?? '');
    }),
  );
  const fix = manifestFix(`Choose the pods of ${titleOf(workload)}`, edits, [
    asks(`The Service is for ${titleOf(workload)}.`, `Is ${service.name} to lead to ${titleOf(workload)}?`),
  ]);
  return fix ? { fix } : {};
}
