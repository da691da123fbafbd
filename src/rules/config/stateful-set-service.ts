import type { Fix } from '../../core/fix.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { objectsOfKind } from '../../kubernetes/relations.ts';
import { choosesPodsOf, sameNamespace } from '../../kubernetes/selector.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { at, scalarAt, textAt, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import { directoryOf } from '../../project/link-builds.ts';
import { nearestTo } from '../../project/nearest.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A StatefulSet without the Service that names its pods',
  why: 'The names of its pods (web-0.web) are not to be found: replicas do not find each other, and clients no certain one.',
  remedy: 'Name in serviceName a headless Service (clusterIP: None) that chooses the pods.',
  peers: ['kube-score:statefulset-has-servicename'],
  check({ workload, project }, { report }) {
    if (workload.kind !== 'StatefulSet' || !isWhole(workload)) return;
    const name = scalarAt(workload.object.node, 'spec', 'serviceName');
    const services = objectsOfKind(project.objects, 'Service', '').filter((each) => sameNamespace(each, workload));
    const own = services.filter((each) => choosesPodsOf(each, workload));
    const headless = own.filter(({ node }) => textAt(node, 'spec', 'clusterIP') === 'None');
    if (!name || name.text === '') {
      // Since 1.33 it may be left out: then nobody asks for names.
      const [beside] = headless;
      if (!beside) return;
      report({
        at: workload.place,
        also: [{ ...beside.place, note: 'a headless Service that chooses its pods' }],
        message: `${titleOf(workload)} names no serviceName.`,
      });
      return;
    }
    const [named] = nearestTo(
      workload.object,
      services.filter((each) => each.name === name.text),
    );
    const fault = faultOf(named, workload, services);
    if (fault === undefined || (named && !isBeside(named, workload))) return;
    report({
      // Without names of their own the pods still run, and few programs ask for the names.
      ...(named && choosesPodsOf(named, workload) && { severity: 'note' }),
      at: name,
      also: named
        ? [{ ...named.place, note: `Service ${named.name}` }]
        : own.slice(0, 3).map((each) => ({ ...each.place, note: `Service ${each.name} chooses its pods` })),
      message: `serviceName ${name.text} of ${titleOf(workload)} ${fault}.`,
      ...toHeadless(project, workload, name, headless),
    });
  },
});

/** Of several examples in one project only what stands together counts. */
function isBeside(service: KubernetesObject, workload: Workload): boolean {
  if (service.namespace !== undefined && service.namespace === workload.namespace) return true;
  return directoryOf(service.path) === directoryOf(workload.object.path);
}

function faultOf(
  named: KubernetesObject | undefined,
  workload: Workload,
  services: readonly KubernetesObject[],
): string | undefined {
  if (!named) {
    // It may be kept elsewhere: only where Services stand beside it, the name is likely to be wrong.
    const directory = directoryOf(workload.object.path);
    return services.some((each) => directoryOf(each.path) === directory)
      ? 'is no Service that a manifest declares'
      : undefined;
  }
  if (!choosesPodsOf(named, workload)) return 'is a Service that chooses other pods';
  return textAt(named.node, 'spec', 'clusterIP') === 'None' || at(named.node, 'spec', 'clusterIPs')
    ? undefined
    : 'is no headless Service: the pods get no names of their own';
}

/** The one headless Service that chooses the pods. */
function toHeadless(
  project: Project,
  workload: Workload,
  name: YamlScalar,
  headless: readonly KubernetesObject[],
): { readonly fix?: Fix } {
  const [only, ...others] = headless;
  if (!only || others.length > 0) return {};
  const fix = manifestFix(
    `Name the headless Service ${only.name}`,
    replaceIn(project, workload.object, name, only.name),
    [
      asks(
        'The StatefulSet may be made anew: Kubernetes does not let serviceName be changed.',
        `Is ${workload.name} not running yet, or may it be deleted with --cascade=orphan and applied again?`,
      ),
    ],
  );
  return fix ? { fix } : {};
}
