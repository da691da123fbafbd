import { enumerate } from '../core/enumerate.ts';
import type { Fix } from '../core/fix.ts';
import { replaceEntry } from '../kubernetes/replace-entry.ts';
import type { Container, EnvVariable, Workload } from '../kubernetes/workload.ts';
import { at } from '../kubernetes/yaml-node.ts';
import type { Project } from '../project/project.ts';
import { addObject, addToList, asks, type Edits, fileOf, manifestFix, together } from './manifest-edits.ts';
import { isPatched } from './movable-variable.ts';
import { twinsOf, writtenName } from './secret-files.ts';

/** A setting that a container is to get from a ConfigMap: in place of a literal, or in addition. */
export interface Setting {
  readonly container: Container;
  readonly name: string;
  readonly value: string;
  /** What sets it now; undefined where it is the image. */
  readonly variable?: EnvVariable;
}

/**
 * Gives settings to containers from one ConfigMap, which is added behind the first of their workloads. The image's own default stays
 * what it was. Undefined where not all can be given so.
 */
export function settingsToConfigMap(project: Project, settings: readonly Setting[], title: string): Fix | undefined {
  const [first] = settings;
  if (!first || settings.some(({ value }) => /\$|^\s|\s$|[\n\r]/.test(value))) return undefined;
  const { workload } = first.container;
  const namespaces = new Set(settings.map(({ container }) => namespaceIn(container.workload)));
  const workloads = new Set(settings.map(({ container }) => container.workload.object));
  const name = mapName(project, workload, workloads.size > 1);
  if (namespaces.size !== 1 || name === undefined || !settings.every((setting) => isFree(project, setting)))
    return undefined;
  const data = Object.fromEntries(settings.map((setting) => [setting.name, setting.value]));
  const added = addObject(
    project,
    workload.object,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: namespaceIn(workload) }, data },
    `${name}.yaml`,
  );
  const edits = added && together([...settings.map((setting) => referTo(project, name, setting)), added.edits]);
  if (!edits) return undefined;
  const place = added.newFiles?.[0]?.path ?? workload.object.path;
  return manifestFix(
    title,
    edits,
    [
      asks(
        `The ConfigMap ${name} is in the cluster where the workloads are.`,
        `Is ${place}, which holds the ConfigMap ${name} now, applied wherever the others are, and are the values of ${enumerate(Object.keys(data).slice(0, 4))} right for it?`,
      ),
    ],
    added.newFiles,
  );
}

/** As the file has it: what Kustomize sets, it sets for the ConfigMap too. */
function namespaceIn({ object }: Workload): string | undefined {
  const node = at(object.node, 'metadata', 'namespace');
  return node?.kind === 'scalar' && !node.derived && node.path === object.path ? node.text : undefined;
}

/** A name that no ConfigMap has and nothing refers to. */
function mapName(project: Project, workload: Workload, shared: boolean): string | undefined {
  const written = writtenName(project, workload).replace(/[^a-z0-9]+$/, '');
  if (!/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(written) || written.length > 200) return undefined;
  const taken = new Set(project.objects.flatMap(({ kind, name }) => (kind === 'ConfigMap' ? name : [])));
  for (const { allContainers, volumes } of project.workloads) {
    for (const { refersTo } of volumes) if (refersTo !== undefined) taken.add(refersTo);
    for (const { env, envFrom } of allContainers) {
      for (const { from } of env) if (from?.name !== undefined) taken.add(from.name);
      for (const each of envFrom) if (each.name !== undefined) taken.add(each.name);
    }
  }
  const names = [...(shared ? ['shared-settings'] : []), `${written}-settings`, `${written}-shared-settings`];
  return names.find((name) => !taken.has(name));
}

/** No overlay gives the variable by other means: two sources of one value are refused. */
function isFree(project: Project, { container, name, variable }: Setting): boolean {
  const { object } = container.workload;
  if (object.origin.kind === 'kustomize' && isPatched(project, name, container.node.path)) return false;
  // What a key of a ConfigMap may be; names of variables may be more.
  if (!/^[-._a-zA-Z0-9]{1,253}$/.test(name)) return false;
  if (variable !== undefined) return true;
  return twinsOf(project, container.workload).every((twin) =>
    twin.allContainers
      .filter(({ node }) => node.path === container.node.path && node.range.start === container.node.range.start)
      .every(({ env }) => env.every((each) => each.name !== name)),
  );
}

function referTo(project: Project, map: string, { container, name, variable }: Setting): Edits {
  const { object } = container.workload;
  const reference = { configMapKeyRef: { name: map, key: name } };
  if (variable === undefined)
    return addToList(project, object, container.node, 'env', [{ name, valueFrom: reference }]);
  const file = fileOf(project, object, variable.node);
  return file && replaceEntry(file, variable.node, 'value', 'valueFrom', reference);
}
