import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { looksInto } from '../../kubernetes/monitors.ts';
import { objectsOfKind } from '../../kubernetes/relations.ts';
import { readSelector, selects } from '../../kubernetes/selector.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, booleanAt, entryOf, itemsAt, textAt } from '../../kubernetes/yaml-node.ts';
import { directoryOf } from '../../project/link-builds.ts';
import { objectRule } from '../../project/rule.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'A ServiceMonitor that finds nothing to scrape',
  why: 'Prometheus takes it without a word and has no metrics of the program: alerts on them never fire.',
  remedy:
    'Write the labels that the Service itself has (not those of its pods), its namespace, and the name of its port.',
  peers: ['kube-linter:dangling-servicemonitor'],
  check({ object, project }, { report }) {
    if (object.kind !== 'ServiceMonitor' || object.group !== 'monitoring.coreos.com') return;
    const entry = entryOf(at(object.node, 'spec'), 'selector');
    const selector = readSelector(entry?.value);
    if (!entry || !selector) return;
    const services = objectsOfKind(project.objects, 'Service', '').filter((each) => looksInto(object, each));
    const chosen = services.filter(({ labels }) => selects(selector, labels));
    const beside = services.filter(({ path }) => directoryOf(path) === directoryOf(object.path));
    if (chosen.length === 0) {
      // The Services may be kept elsewhere, the more so where it looks everywhere: only where others stand beside it, wrong labels are likely.
      if (beside.length === 0 || booleanAt(object.node, 'spec', 'namespaceSelector', 'any') === true) return;
      report({
        at: { path: entry.key.path, range: entry.range },
        also: beside.slice(0, 3).map((each) => ({ ...each.place, note: `Service ${each.name} has other labels` })),
        message: `${titleOf(object)} chooses no Service.`,
      });
      return;
    }
    for (const endpoint of itemsAt(object.node, 'spec', 'endpoints')) {
      const port = entryOf(endpoint, 'port');
      const name = textAt(endpoint, 'port');
      if (!port || name === undefined || chosen.some((service) => hasPort(service, name))) continue;
      report({
        at: port.value,
        also: chosen
          .slice(0, 3)
          .map((each) => ({ ...each.place, note: `the ports of Service ${each.name} have other names` })),
        message: `${titleOf(object)} scrapes port ${name}, and no Service that it chooses has one of that name.`,
        peers: [],
      });
    }
  },
});

function hasPort({ node }: KubernetesObject, name: string): boolean {
  return itemsAt(node, 'spec', 'ports').some((port) => textAt(port, 'name') === name);
}
