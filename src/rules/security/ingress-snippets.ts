import type { PeerId } from '../../core/finding.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entriesAt, type YamlEntry } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';

const prefix = 'nginx.ingress.kubernetes.io/';
const snippets: ReadonlySet<string> = new Set([
  'server-snippet',
  'configuration-snippet',
  'auth-snippet',
  'stream-snippet',
  'modsecurity-snippet',
]);

export const rule = objectRule({
  severity: 'warning',
  summary: "An Ingress that writes into the controller's configuration",
  why: 'The controller can read all Secrets of the cluster: whoever may write such an annotation can have them (CVE-2021-25742), and the controller refuses it by default since 1.9.',
  remedy:
    'Use the annotation that does just what is wanted, or move what the snippet does into the program or a Gateway.',
  peers: ['checkov:CKV_K8S_152', 'checkov:CKV_K8S_153', 'checkov:CKV_K8S_154'],
  check({ object }, { report }) {
    if (object.kind !== 'Ingress') return;
    const annotations = entriesAt(at(object.node, 'metadata'), 'annotations');
    const found = annotations.filter(
      ({ key }) => key.text.startsWith(prefix) && snippets.has(key.text.slice(prefix.length)),
    );
    const [first, ...others] = found;
    if (!first) return;
    report({
      at: first.key,
      also: others.map(({ key }) => ({ ...key, note: 'this, too' })),
      message: `${titleOf(object)} puts lines of its own into the configuration of nginx.`,
      peers: [...new Set(found.flatMap(peersOf))],
    });
  },
});

function peersOf({ value }: YamlEntry): PeerId[] {
  const text = value.kind === 'scalar' ? value.text : '';
  return [
    'checkov:CKV_K8S_153',
    ...(/\b(?:lua_|_by_lua|kubernetes\.io)/.test(text) ? (['checkov:CKV_K8S_152'] as const) : []),
    ...(/\balias\b/.test(text) ? (['checkov:CKV_K8S_154'] as const) : []),
  ];
}
