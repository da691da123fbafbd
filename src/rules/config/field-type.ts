import type { Fix } from '../../core/fix.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { isFilledIn, type Violation } from '../../kubernetes/schema/check-object.ts';
import { describeType } from '../../kubernetes/schema/value-type.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { YamlNode } from '../../kubernetes/yaml-node.ts';
import { faultsOf } from '../../project/object-faults.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { holds, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'error',
  summary: 'A value of another type than its field has',
  why: 'The API server refuses the object: a number is no text, and a text that looks like a number is none.',
  remedy: 'Write it with quotes where a text is wanted, without them where a number or true or false is.',
  peers: ['kube-linter:schema-validation'],
  check({ object, project }, { report }) {
    for (const fault of faultsOf(project, object)) {
      if (fault.kind !== 'wrong-type' || isAmountOfContainer(fault)) continue;
      // Who fills in the name fills in the data, too, or decrypts it.
      if (fault.type.kind === 'bytes' && isFilledIn(object.name)) continue;
      const fix = fixOf(project, object, fault);
      report({
        ...(fix && { fix }),
        at: fault.node,
        message: `${titleOf(object)}: ${fault.path} is ${written(fault)} and has to be ${describeType(fault.type)}.`,
      });
    }
  },
});

type WrongType = Extract<Violation, { kind: 'wrong-type' }>;

/** config/resource-amount looks at those, and knows what was meant. */
function isAmountOfContainer({ type, within }: WrongType): boolean {
  return type.kind === 'quantity' && within.some(({ type: { name } }) => name === 'core/v1.Container');
}

/** What it is; never what it says, which may be a secret. */
function written({ node, type }: WrongType): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'sequence') return 'a list';
  if (typeof node.value === 'boolean')
    return isWord(node.text) ? `${node.text}, which YAML reads as ${node.value}` : `${node.value}`;
  if (typeof node.value === 'number') return Number.isInteger(node.value) ? 'a number' : 'a number with a fraction';
  return type.kind === 'bytes' ? 'no base64' : 'a text';
}

function isWord(text: string): boolean {
  return !/^(?:true|false)$/i.test(text);
}

/** The same value as what the field wants, where there is but one way to write it. */
function fixOf(project: Project, object: KubernetesObject, fault: WrongType): Fix | undefined {
  const value = meantBy(fault.node, fault.type.kind);
  if (value === undefined) return undefined;
  const title = typeof value === 'string' ? `Write ${fault.path} in quotes` : `Write ${fault.path} without quotes`;
  return manifestFix(title, replaceIn(project, object, fault.node, value), [
    holds('Kubernetes refuses the object as it is, and the value stays the one that is written.'),
  ]);
}

function meantBy(node: YamlNode, wanted: WrongType['type']['kind']): string | number | boolean | undefined {
  if (node.kind !== 'scalar') return undefined;
  const { value, text } = node;
  switch (wanted) {
    case 'string':
      return typeof value === 'string' ? undefined : text;
    case 'integer':
      return typeof value === 'string' && /^(?:0|[1-9]\d{0,8})$/.test(value) ? Number(value) : undefined;
    case 'boolean':
      return value === 'true' || value === 'false' ? value === 'true' : undefined;
    default:
      return undefined;
  }
}
