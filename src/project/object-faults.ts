import type { KubernetesObject } from '../kubernetes/manifest.ts';
import { checkObject, type Violation } from '../kubernetes/schema/check-object.ts';
import { type CustomTypes, customTypesOf } from '../kubernetes/schema/custom-types.ts';
import { kubernetesSchema } from '../kubernetes/schema/read-schema.ts';
import type { ObjectType } from '../kubernetes/schema/value-type.ts';
import { at, entriesAt, type YamlNode } from '../kubernetes/yaml-node.ts';
import { directoryOf } from './link-builds.ts';
import type { Project } from './project.ts';
import { isForTests } from './test-path.ts';
import { workloadOfObject } from './workload-index.ts';

const nothing: readonly Violation[] = [];
/** By the object's node, which a repair that reads the project again has still, with what else the answer rests on. */
const known = new WeakMap<
  YamlNode,
  { readonly type: ObjectType | undefined; readonly release: number | undefined; readonly found: readonly Violation[] }
>();

/**
 * Where an object is not what the API server takes for its kind, by the schema that the package ships, or by that of a
 * CustomResourceDefinition of the project. Nothing of kinds that are not known. Computed once for all rules.
 */
export function faultsOf(project: Project, object: KubernetesObject): readonly Violation[] {
  const type = typeOf(project, object);
  const release = targetRelease(project);
  const before = known.get(object.node);
  if (before && before.type === type && before.release === release) return before.found;
  let found = type === undefined ? nothing : checkObject(object.node, type, { release });
  if (found.length > 0 && (isChangedFirst(object) || isUnusedPatch(project, object, found))) found = nothing;
  known.set(object.node, { type, release, found });
  return found;
}

function typeOf(project: Project, object: KubernetesObject): ObjectType | undefined {
  const { apiVersion, kind, group } = object;
  const builtIn = kubernetesSchema().kind(apiVersion, kind);
  if (builtIn || !group.includes('.')) return builtIn?.type;
  let types = customTypes.get(project.objects);
  if (!types) {
    // A definition among test data may be of any age.
    types = customTypesOf(project.objects.filter(({ path }) => !isForTests(path)));
    customTypes.set(project.objects, types);
  }
  return types.get(`${apiVersion} ${kind}`);
}

const customTypes = new WeakMap<readonly KubernetesObject[], CustomTypes>();

/** The position of the release that the configuration names; undefined when it names none, or one that is not covered. */
export function targetRelease(project: Project): number | undefined {
  if (project.kubernetesTarget === undefined) return undefined;
  const position = kubernetesSchema().versions.indexOf(project.kubernetesTarget);
  return position === -1 ? undefined : position;
}

/** The name of a release by its position. */
export function releaseName(position: number): string {
  return kubernetesSchema().versions[position] ?? '';
}

/**
 * True for what Kubernetes gets in another form: a patch that says so (`$patch: delete`), and what SOPS has encrypted, whose own
 * field and texts are gone before it is applied. https://getsops.io/docs/
 */
function isChangedFirst(object: KubernetesObject): boolean {
  return isPatch(object.node) || entriesAt(object.node, 'sops').some(({ key }) => key.text === 'mac');
}

function isPatch(node: YamlNode): boolean {
  if (node.kind === 'sequence') return node.items.some(isPatch);
  return entriesAt(node).some(({ key, value }) => key.text.startsWith('$') || isPatch(value));
}

/** What a test looks for in the cluster, as Kuttl and Chainsaw name it: `00-assert.yaml`, `assertions.yaml`, `02-errors.yaml`. */
const expected = /(?:^|[/_-])(?:assert(?:ions?)?|errors?|expect(?:ed)?)(?:[_-][^/]*)?\.ya?ml$/i;

/** A workload without the images of its containers, or with neither a selector nor labels that it could have. */
function isFragment(project: Project, object: KubernetesObject): boolean {
  const workload = workloadOfObject(project, object);
  if (!workload) return false;
  if (workload.containers.some(({ image }) => image === undefined)) return true;
  return object.group === 'apps' && workload.podLabels.size === 0 && at(object.node, 'spec', 'selector') === undefined;
}

const patchFile = /(?:^|\/)patches\/|[_-]patch\.ya?ml$/i;

/**
 * True for what kubebuilder and its like lay ready in `patches/` and `*_patch.yaml`, where no kustomization of the project takes it and it lacks
 * what its kind requires: Kubernetes gets it as a part of another object, or never. A whole object there is one.
 */
export function isUnusedPatch(project: Project, object: KubernetesObject, faults?: readonly Violation[]): boolean {
  if (object.origin.kind !== 'file' || !patchFile.test(object.path)) return false;
  if (isFragment(project, object)) return true;
  const type = typeOf(project, object);
  if (type)
    return (faults ?? checkObject(object.node, type)).some(
      ({ kind, path, within }) => kind === 'missing-field' && (within.length === 1 || /^spec\.\w+$/.test(path)),
    );
  // Of an API that is not served any more the schema knows nothing.
  const spec = at(object.node, 'spec');
  if (object.kind === 'CustomResourceDefinition') return at(spec, 'names') === undefined;
  return object.node.entries.every(({ key }) => ['apiVersion', 'kind', 'metadata'].includes(key.text));
}

const patchDirectories = new WeakMap<Project, ReadonlySet<string>>();

/**
 * True when an object may be a part of one: a file that lies with a kustomization, or is called a patch, and that no overlay was seen
 * to use, or what an overlay makes of which a patch was not to be had. What it lacks may stand elsewhere.
 */
export function mayBePart(project: Project, object: KubernetesObject): boolean {
  if (object.origin.kind === 'kustomize') return object.origin.partly === true;
  if (object.origin.kind !== 'file') return false;
  if (/patch|overlay|merge|fragment|partial/i.test(object.path) || isFragment(project, object)) return true;
  if (isForTests(object.path) && expected.test(object.path)) return true;
  let directories = patchDirectories.get(project);
  if (!directories) {
    const kustomizations = [...project.artifacts.keys()].filter((path) => /(?:^|\/)kustomization\.ya?ml$/i.test(path));
    directories = new Set(kustomizations.map(directoryOf));
    patchDirectories.set(project, directories);
  }
  for (let directory = directoryOf(object.path); ; directory = directoryOf(directory)) {
    if (directories.has(directory)) return true;
    if (directory === '') return false;
  }
}
