import { enumerate } from '../../core/enumerate.ts';
import type { Container, Workload } from '../../kubernetes/workload.ts';
import { at, entriesAt, isNull, type YamlEntry, type YamlNode } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'error',
  summary: 'Fields of which only one may be set',
  why: 'Kubernetes refuses the object. Most often a base has one of them, and an overlay adds the other instead of taking its place.',
  remedy: 'Keep the one that is meant; a Kustomize patch takes the other away with `name: null`.',
  peers: [],
  check({ workload }, { report }) {
    for (const { what, entries } of choicesOf(workload)) {
      const [first, ...others] = entries;
      if (!first || others.length === 0) continue;
      report({
        at: others[0]?.key ?? first.key,
        also: [{ ...first.key, note: 'the other one' }],
        message: `${what} has ${enumerate(entries.map(({ key }) => key.text))}, of which Kubernetes takes one.`,
      });
    }
  },
});

interface Choice {
  readonly what: string;
  /** Those of the fields that are there. */
  readonly entries: readonly YamlEntry[];
}

function choicesOf(workload: Workload): readonly Choice[] {
  return [
    ...workload.allContainers.flatMap(choicesOfContainer),
    ...workload.volumes.map(({ node, name }) => ({
      what: `Volume ${name}`,
      entries: entriesAt(node).filter(({ key, value }) => isSource(key.text) && !isNull(value)),
    })),
  ];
}

/** `$patch` and `$retainKeys` tell a strategic merge what to do, and `<<` is YAML's. */
function isSource(key: string): boolean {
  return key !== 'name' && key !== '<<' && !key.startsWith('$');
}

const handlers: ReadonlySet<string> = new Set(['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep']);

function choicesOfContainer({ name, node, env }: Container): readonly Choice[] {
  const handlersOf = (what: string, of: YamlNode | undefined): Choice => ({
    what: `${what} of ${name}`,
    entries: entriesAt(of).filter(({ key, value }) => handlers.has(key.text) && !isNull(value)),
  });
  return [
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((key) => handlersOf(key, at(node, key))),
    ...['postStart', 'preStop'].map((key) => handlersOf(key, at(node, 'lifecycle', key))),
    ...env.map((variable) => ({
      what: `Variable ${variable.name} of ${name}`,
      // An empty value is as good as none.
      entries: entriesAt(variable.node).filter(
        ({ key, value }) =>
          (key.text === 'value' && variable.value !== undefined && variable.value.text !== '') ||
          (key.text === 'valueFrom' && !isNull(value)),
      ),
    })),
  ];
}
