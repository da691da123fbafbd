import { enumerate } from '../core/enumerate.ts';
import type { Fix, TextEdit } from '../core/fix.ts';
import type { KubernetesObject } from '../kubernetes/manifest.ts';
import { findNamed } from '../kubernetes/relations.ts';
import { titleOf } from '../kubernetes/whole-workload.ts';
import type { Container, EnvSource, EnvVariable, Volume } from '../kubernetes/workload.ts';
import { at, entryOf, itemsAt, textAt } from '../kubernetes/yaml-node.ts';
import type { Project } from '../project/project.ts';
import { secretAssumptions } from './literals-to-secret.ts';
import { addToList, asks, type Edits, manifestFix, removeIn, replaceIn, together } from './manifest-edits.ts';
import { isPatched, showsValue } from './movable-variable.ts';
import { isSame, type NewSecret, newSecret, secretFiles } from './secret-files.ts';

/**
 * Moves keys of a ConfigMap into a Secret that is not committed, and with them what takes them from there: variables of one key, and whole
 * maps as environment, which get the Secret beside it. Undefined where a file is made of the map, where nothing here uses it, and where
 * another one of its name stands in for it.
 */
export function configMapToSecret(
  project: Project,
  object: KubernetesObject,
  keys: readonly string[],
): Fix | undefined {
  const values = valuesOf(project, object, keys);
  const secret = values && project.readFile && newSecret(project, { ...object, object }, object.path);
  if (!secret || textAt(object.node, 'immutable') === 'true' || hasDouble(project, object)) return undefined;
  const users = usersOf(project, object);
  if (users === undefined || users.every((user) => !takesKey(user, keys))) return undefined;
  const edits = together([
    ...withoutKeys(project, object, keys),
    ...users.map((user) => referTo(project, object, user, secret, keys)),
  ]);
  if (!edits) return undefined;
  const holder = { ...object, object };
  const files = secretFiles(project, holder, secret, values);
  const workloads = [...new Set(users.map(({ container }) => titleOf(container.workload)))];
  return manifestFix(
    `Move ${enumerate(keys)} of ConfigMap ${object.name} into a Secret that is not committed`,
    [...unique(edits), ...files.edits],
    [
      ...secretAssumptions(project, holder, secret, enumerate(workloads.slice(0, 4))),
      asks(
        `Nothing else takes ${enumerate(keys, 'or')} from the ConfigMap.`,
        `Does anything that is not in this project read ${enumerate(keys, 'or')} from ConfigMap ${object.name}: an operator, a script, another chart?`,
      ),
      ...files.assumptions,
    ],
    files.newFiles,
  );
}

/** The values by their keys; undefined where one cannot be taken out as it stands. */
function valuesOf(
  project: Project,
  object: KubernetesObject,
  keys: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const values = new Map<string, string>();
  for (const name of keys) {
    const value = entryOf(at(object.node, 'data'), name)?.value;
    if (value?.kind !== 'scalar' || value.text === '' || value.path !== object.path || showsValue(project, value))
      return undefined;
    if (object.origin.kind === 'kustomize' && isPatched(project, name, object.path)) return undefined;
    values.set(name, value.text);
  }
  return values;
}

/** A ConfigMap of the same name from another place: for another environment, whose workloads are the same. */
function hasDouble({ objects }: Project, object: KubernetesObject): boolean {
  return objects.some(
    (each) => each.kind === 'ConfigMap' && !isSame(each, object) && each.name === object.name && each.name !== '',
  );
}

/** All keys go, or some: what is left empty goes, too. */
function withoutKeys(project: Project, object: KubernetesObject, keys: readonly string[]): Edits[] {
  const data = at(object.node, 'data');
  const isAll = data?.kind === 'map' && data.entries.every(({ key }) => keys.includes(key.text));
  const whole = isAll ? removeIn(project, object, object.node, 'data') : undefined;
  // A comment inside keeps the field.
  if (whole) return [whole];
  return keys.map((key) => removeIn(project, object, object.node, 'data', key));
}

/** Where a container takes something from the map. */
type User = { readonly container: Container } & (
  | { readonly kind: 'variable'; readonly variable: EnvVariable; readonly key: string }
  | { readonly kind: 'all'; readonly source: EnvSource }
);

/** What takes keys of the map, in every overlay that has it; undefined where its files are mounted. */
function usersOf(project: Project, object: KubernetesObject): readonly User[] | undefined {
  const users: User[] = [];
  for (const twin of project.objects.filter((each) => isSame(each, object)))
    for (const workload of project.workloads) {
      if ((workload.namespace ?? twin.namespace) !== (twin.namespace ?? workload.namespace)) continue;
      if (workload.volumes.some((volume) => mounts(volume, twin.name))) return undefined;
      users.push(...workload.allContainers.flatMap((container) => usersIn(container, twin.name)));
    }
  return users;
}

function usersIn(container: Container, map: string): readonly User[] {
  const variables = container.env.flatMap((variable): User[] =>
    variable.from?.kind === 'configMap' && variable.from.name === map
      ? [{ kind: 'variable', container, variable, key: variable.from.key ?? '' }]
      : [],
  );
  const sources = container.envFrom.filter(({ kind, name }) => kind === 'configMap' && name === map);
  return [...variables, ...sources.map((source): User => ({ kind: 'all', container, source }))];
}

function mounts({ kind, refersTo, settings }: Volume, name: string): boolean {
  if (kind === 'configMap') return refersTo === name;
  return (
    kind === 'projected' && itemsAt(settings, 'sources').some((each) => textAt(each, 'configMap', 'name') === name)
  );
}

function takesKey(user: User, keys: readonly string[]): boolean {
  return user.kind === 'all' || keys.includes(user.key);
}

function referTo(
  project: Project,
  map: KubernetesObject,
  user: User,
  secret: NewSecret,
  keys: readonly string[],
): Edits {
  if (!takesKey(user, keys)) return [];
  const { object } = user.container.workload;
  if (user.kind === 'variable') {
    const entry = entryOf(at(user.variable.node, 'valueFrom'), 'configMapKeyRef');
    const name = entry && at(entry.value, 'name');
    if (!entry || !name) return undefined;
    return together([
      replaceIn(project, object, entry.key, 'secretKeyRef'),
      replaceIn(project, object, name, secret.name),
    ]);
  }
  if (!winsOverLater(project, map, user.container, user.source, keys)) return undefined;
  const { prefix } = user.source;
  return addToList(project, object, user.container.node, 'envFrom', [
    { ...(prefix !== '' && { prefix }), secretRef: { name: secret.name } },
  ]);
}

/** The Secret comes last, and so over what stood behind the map: nothing there may have one of the keys. */
function winsOverLater(
  { objects }: Project,
  map: KubernetesObject,
  { envFrom, workload }: Container,
  source: EnvSource,
  keys: readonly string[],
): boolean {
  return envFrom.slice(envFrom.indexOf(source) + 1).every(({ kind, name, prefix }) => {
    const other =
      name === undefined || kind === 'other'
        ? undefined
        : findNamed(objects, kind === 'secret' ? 'Secret' : 'ConfigMap', name, workload);
    if (other === undefined || other === map) return false;
    return keys.every((key) => {
      const variable = `${source.prefix}${key}`;
      const own = variable.startsWith(prefix) ? variable.slice(prefix.length) : undefined;
      return own === undefined || ['data', 'stringData', 'binaryData'].every((field) => !at(other.node, field, own));
    });
  });
}

/** Overlays give one place several times. */
function unique(edits: readonly TextEdit[]): readonly TextEdit[] {
  return [
    ...new Map(
      edits.map((edit) => [`${edit.path}\0${edit.range.start}\0${edit.range.end}\0${edit.replacement}`, edit]),
    ).values(),
  ];
}
