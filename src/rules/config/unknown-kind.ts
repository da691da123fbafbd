import type { Fix } from '../../core/fix.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { removedApi } from '../../kubernetes/removed-apis.ts';
import { distanceOf } from '../../kubernetes/schema/field-meant.ts';
import { type KubernetesSchema, kubernetesSchema } from '../../kubernetes/schema/read-schema.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { scalarAt } from '../../kubernetes/yaml-node.ts';
import { releaseName, targetRelease } from '../../project/object-faults.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { asks, holds, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'error',
  summary: 'A kind that its API version does not have',
  why: 'Kubernetes refuses the object, and tools that go by its kind pass it over.',
  remedy: 'Write kind and apiVersion as the API has them: kubectl api-resources lists both.',
  peers: [],
  check({ object, project }, { report }) {
    const schema = kubernetesSchema();
    const known = schema.kind(object.apiVersion, object.kind);
    const target = targetRelease(project);
    if (known) {
      if (target === undefined || known.first <= target) return;
      report({
        at: scalarAt(object.node, 'apiVersion') ?? object.place,
        message: `${titleOf(object)}: ${object.apiVersion} came with Kubernetes ${releaseName(known.first)}, and the target is ${releaseName(target)}.`,
        remedy:
          'Write the version that the target has, or name the release of the cluster in plimsoll.yaml (kubernetes.target).',
      });
      return;
    }
    if (!isBuiltIn(schema, object) || removedApi(object)) return;
    const meant = kindMeant(schema, object);
    if (!meant) return;
    const fix = fixOf(project, object, meant);
    report({
      ...(fix && { fix }),
      at: scalarAt(object.node, meant.key) ?? object.place,
      message:
        meant.key === 'kind'
          ? `${object.apiVersion} has no kind ${object.kind}; is ${meant.value} meant?`
          : `${object.apiVersion} has no kind ${object.kind}; ${meant.value} has.`,
    });
  },
});

function isBuiltIn({ apiVersions }: KubernetesSchema, { group, apiVersion }: KubernetesObject): boolean {
  if (apiVersions.has(apiVersion)) return true;
  return group !== '' && [...apiVersions].some((each) => each.startsWith(`${group}/`));
}

interface Meant {
  readonly key: 'kind' | 'apiVersion';
  readonly value: string;
  readonly certain: boolean;
}

/** The same kind of another version, or one that is spelled much like it. */
function kindMeant(schema: KubernetesSchema, { apiVersion, kind, group }: KubernetesObject): Meant | undefined {
  const stable = [...schema.apiVersions].filter((each) => /(?:^|\/)v\d+$/.test(each));
  const elsewhere = stable.filter((each) => schema.kind(each, kind));
  const [only] = elsewhere.filter((each) => each.startsWith(`${group}/`)).concat(elsewhere);
  if (only !== undefined) return { key: 'apiVersion', value: only, certain: new Set(elsewhere).size === 1 };
  const rated = [...schema.kindsOf(apiVersion).keys()]
    .map((name) => ({ name, distance: distanceOf(kind, name) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = rated;
  if (!best || best.distance > (best.name.length >= 8 ? 2 : 1)) return undefined;
  return { key: 'kind', value: best.name, certain: best.distance === 0 };
}

function fixOf(project: Project, object: KubernetesObject, { key, value, certain }: Meant): Fix | undefined {
  const node = scalarAt(object.node, key);
  if (!node) return undefined;
  return manifestFix(`Write ${value}`, replaceIn(project, object, node, value), [
    holds('Kubernetes refuses the object as it is.'),
    certain
      ? holds(`Nothing else of the API is near to ${object.apiVersion} ${object.kind}.`)
      : asks(`${node.text} was to be ${value}.`, `Is ${value} what was meant by ${node.text}?`),
  ]);
}
