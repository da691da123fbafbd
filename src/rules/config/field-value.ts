import type { Fix } from '../../core/fix.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import type { Violation } from '../../kubernetes/schema/check-object.ts';
import { distanceOf } from '../../kubernetes/schema/field-meant.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { entryOf } from '../../kubernetes/yaml-node.ts';
import { faultsOf } from '../../project/object-faults.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { asks, holds, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'error',
  summary: 'A value that its field does not know, or an item that is there twice',
  why: 'The API server refuses the object; such values are told apart by case.',
  remedy: 'Write one of the values that the field has; leave out the second item, or tell the two apart.',
  peers: [],
  check({ object, project }, { report }) {
    for (const fault of faultsOf(project, object)) {
      if (fault.kind === 'repeated-item') {
        report({
          at: placeOfItem(fault),
          also: [{ ...placeOfItem({ ...fault, node: fault.earlier }), note: 'the first one' }],
          message: `${titleOf(object)}: ${fault.path} has the same ${fault.keys.join(' and ')} as an earlier one.`,
          remedy: 'Leave one of the two out, or tell them apart.',
        });
        continue;
      }
      if (fault.kind !== 'unknown-value') continue;
      const meant = valueMeant(fault);
      const fix = meant && fixOf(project, object, fault, meant);
      report({
        ...(fix && { fix }),
        at: fault.node,
        message: `${titleOf(object)}: ${fault.path} is ${fault.node.text.slice(0, 60)}; ${
          meant ? `is ${meant.value} meant?` : `it has to be one of ${listed(fault.values)}.`
        }`,
        remedy: `Write one of ${listed(fault.values)}.`,
      });
    }
  },
});

type UnknownValue = Extract<Violation, { kind: 'unknown-value' }>;

function placeOfItem({ node, keys }: Extract<Violation, { kind: 'repeated-item' }>) {
  return (keys[0] === undefined ? undefined : entryOf(node, keys[0])?.value) ?? node;
}

function listed(values: readonly string[]): string {
  const shown = values.filter((value) => value !== '');
  return shown.length > 12 ? `${shown.slice(0, 12).join(', ')} and ${shown.length - 12} more` : shown.join(', ');
}

interface Meant {
  readonly value: string;
  /** The same but for case. */
  readonly certain: boolean;
}

function valueMeant({ node, values }: UnknownValue): Meant | undefined {
  const rated = values
    .filter((value) => value !== '')
    .map((value) => ({ value, distance: distanceOf(node.text, value) }))
    .sort((a, b) => a.distance - b.distance);
  const [best, second] = rated;
  if (!best || best.distance > Math.max(1, Math.floor(best.value.length / 4))) return undefined;
  if (second && second.distance === best.distance) return undefined;
  return { value: best.value, certain: best.distance === 0 };
}

function fixOf(project: Project, object: KubernetesObject, fault: UnknownValue, meant: Meant): Fix | undefined {
  return manifestFix(`Write ${meant.value}`, replaceIn(project, object, fault.node, meant.value), [
    holds('Kubernetes refuses the object as it is.'),
    meant.certain
      ? holds(`The field has no other value that differs from ${meant.value} by case alone.`)
      : asks(`${fault.node.text} was to be ${meant.value}.`, `Is ${meant.value} what was meant by ${fault.node.text}?`),
  ]);
}
