import { enumerate } from '../../core/enumerate.ts';
import { secretInVariable } from '../../core/secret-text.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { YamlScalar } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';
import { isMovable, type LiteralVariable } from '../../repairs/movable-variable.ts';
import { settingsToConfigMap } from '../../repairs/settings-to-config-map.ts';

/** A literal that several workloads have alike. */
interface Repeated extends LiteralVariable {
  readonly nameNode: YamlScalar;
  readonly value: string;
}

const fewest = 3;
const placesShown = 20;

export const rule = projectRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'Few settings that are alike stay so for a reason, and a ConfigMap is one more object to look into.',
  summary: 'the same setting written in several workloads',
  why: 'Whoever changes it has to find all of them, and what is forgotten runs with the old value.',
  remedy: 'Put it into a ConfigMap that all of them refer to.',
  peers: [],
  check({ project }, { report }) {
    for (const group of repeatedIn(project)) {
      const [first, ...others] = group;
      if (!first) continue;
      const names = [...new Set(group.map(({ variable }) => variable.name))];
      const workloads = new Set(group.map(({ container }) => titleOf(container.workload)));
      const fix = group.every((literal) => isMovable(project, literal))
        ? settingsToConfigMap(
            project,
            group.map(({ container, variable, value }) => ({ container, variable, value, name: variable.name })),
            `Give ${enumerate(names.slice(0, 4))} to ${workloads.size} workloads from one ConfigMap`,
          )
        : undefined;
      report({
        at: first.nameNode,
        message: `${enumerate(names.slice(0, 4))}${names.length > 4 ? ' and more' : ''} ${names.length === 1 ? 'has' : 'have'} the same value in ${workloads.size} workloads.`,
        also: others.slice(0, placesShown).map(({ nameNode }) => nameNode),
        ...(fix && { fix }),
      });
    }
  },
});

/** What is repeated, together for each directory and namespace: that is what is applied together. */
function repeatedIn(project: Project): Iterable<readonly Repeated[]> {
  const alike = new Map<string, Repeated[]>();
  const seen = new Set<string>();
  for (const literal of literalsOf(project)) {
    const { path, range } = literal.nameNode;
    const place = `${path}\0${range.start}`;
    // Overlays give one place several times.
    if (seen.has(place)) continue;
    seen.add(place);
    const key = [groupOf(literal), literal.variable.name, literal.value].join('\0');
    alike.set(key, [...(alike.get(key) ?? []), literal]);
  }
  const groups = new Map<string, Repeated[]>();
  const named = new Set<string>();
  for (const literals of alike.values()) {
    const [first] = literals;
    const workloads = new Set(literals.map(({ container }) => container.workload.object));
    if (!first || literals.length < fewest || workloads.size < fewest) continue;
    const group = groupOf(first);
    // A second value of the same name would need a second key.
    if (named.has(`${group}\0${first.variable.name}`)) continue;
    named.add(`${group}\0${first.variable.name}`);
    groups.set(group, [...(groups.get(group) ?? []), ...literals]);
  }
  return groups.values();
}

function groupOf({ nameNode: { path }, container }: Repeated): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}\0${container.workload.namespace ?? ''}`;
}

function literalsOf({ workloads }: Project): Repeated[] {
  return workloads
    .filter(({ object }) => object.origin.kind !== 'helm')
    .flatMap(({ allContainers }) =>
      allContainers.flatMap((container) =>
        container.env.flatMap((variable): Repeated[] => {
          const { nameNode, value, name } = variable;
          const text = value?.text ?? '';
          if (!nameNode || !isSetting(name, text)) return [];
          return [{ container, variable, nameNode, value: text }];
        }),
      ),
    );
}

/** No switch, number, place-holder or secret. */
function isSetting(name: string, value: string): boolean {
  return value.length >= 6 && !/[${}<>\n]|^[\d.]+$|^(?:true|false)$/.test(value) && !secretInVariable(name, value);
}
