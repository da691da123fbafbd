import type { Fix } from '../../core/fix.ts';
import type { ReportedPlace } from '../../core/rule.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import type { Violation } from '../../kubernetes/schema/check-object.ts';
import { describeType } from '../../kubernetes/schema/value-type.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entriesAt, entryOf, isNull } from '../../kubernetes/yaml-node.ts';
import { isYttTemplate } from '../../kubernetes/ytt-template.ts';
import { faultsOf, mayBePart } from '../../project/object-faults.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { holds, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'error',
  summary: 'A field that Kubernetes demands is not there',
  why: 'The API server refuses the object.',
  remedy: 'Write the field.',
  peers: [],
  check({ object, project }, { report }) {
    const faults = faultsOf(project, object).filter((fault) => fault.kind === 'missing-field');
    if (faults.length === 0 || mayBePart(project, object)) return;
    for (const fault of faults) {
      if (isNull(fault.at) && isGivenLater(project, object)) continue;
      const fix = fixOf(project, object, fault);
      report({
        ...(fix && { fix }),
        at: placeOf(object, fault),
        message: `${titleOf(object)} has no ${fault.path}.`,
        remedy: `Write ${fault.name}: it is ${describeType(fault.field.type)}.`,
      });
    }
  },
});

/** A chart's empty value is there for who installs it to give, and ytt writes what its comment says. */
function isGivenLater(project: Project, { origin, path }: KubernetesObject): boolean {
  const file = project.artifacts.get(path);
  return origin.kind === 'helm' || (file !== undefined && isYttTemplate(file));
}

type MissingField = Extract<Violation, { kind: 'missing-field' }>;

/** The first key of what lacks it: a map is too much to show. */
function placeOf(object: KubernetesObject, { at: node, within }: MissingField): ReportedPlace {
  if (within.length === 1) return object.place;
  return node.kind === 'map' ? (node.entries[0]?.key ?? node) : node;
}

/** The selector of a workload has to be the labels of its pods, which are there. */
function fixOf(project: Project, object: KubernetesObject, fault: MissingField): Fix | undefined {
  const spec = at(object.node, 'spec');
  if (object.group !== 'apps' || fault.path !== 'spec.selector' || spec?.kind !== 'map' || entryOf(spec, 'selector'))
    return undefined;
  const labels: Record<string, string> = {};
  for (const { key, value } of entriesAt(spec, 'template', 'metadata', 'labels')) {
    if (value.kind !== 'scalar' || value.derived) return undefined;
    labels[key.text] = value.text;
  }
  if (Object.keys(labels).length === 0) return undefined;
  const place = entryOf(spec, 'replicas') ? { after: 'replicas' } : 'first';
  return manifestFix(
    'Select the pods by their labels',
    setIn(project, object, spec, { selector: { matchLabels: labels } }, place),
    [holds('Kubernetes refuses the object as it is, and a selector that does not choose the pods of its template.')],
  );
}
