import { isJsonObject, type JsonObject, jsonObjectOf } from '../../src/core/json-object.ts';
import { ClusterError } from '../../src/kubernetes/cluster-error.ts';
import type { ObjectReference, PatchStep, ResponderCluster } from '../../src/respond/cluster.ts';
import { textAt } from '../../src/respond/object-fields.ts';

/** A cluster in memory that keeps to resourceVersions as the API server does. */
export interface MemoryCluster extends ResponderCluster {
  readonly objects: Map<string, JsonObject>;
  /** `patch deployments web (dry run)`: changes of workloads. */
  readonly patches: string[];
  put(kind: ObjectReference['kind'], namespace: string, name: string, object: JsonObject): void;
}

export function memoryCluster(): MemoryCluster {
  const objects = new Map<string, JsonObject>();
  const patches: string[] = [];
  let version = 0;
  const keyOf = ({ kind, namespace, name }: ObjectReference) => `${kind.resource}/${namespace}/${name}`;
  const conflict = () => new ClusterError('it has changed', { fault: 'conflict', server: 'memory' });
  const store = (key: string, object: JsonObject) => {
    const kept = { ...object, metadata: { ...jsonObjectOf(object.metadata), resourceVersion: String(++version) } };
    objects.set(key, kept);
    return kept;
  };
  return {
    objects,
    patches,
    put: (kind, namespace, name, object) =>
      void store(keyOf({ kind, namespace, name }), {
        ...object,
        metadata: { ...jsonObjectOf(object.metadata), name, namespace, uid: `uid-${name}` },
      }),
    get: async (reference) => objects.get(keyOf(reference)),
    list: async (kind, namespace) =>
      [...objects].filter(([key]) => key.startsWith(`${kind.resource}/${namespace}/`)).map(([, object]) => object),
    async create(kind, namespace, object) {
      const key = keyOf({ kind, namespace, name: textAt(object, 'metadata', 'name') ?? '' });
      if (objects.has(key)) throw conflict();
      return store(key, object);
    },
    async replace(reference, object) {
      const wanted = textAt(object, 'metadata', 'resourceVersion');
      const present = objects.get(keyOf(reference));
      if (wanted !== undefined && wanted !== textAt(present, 'metadata', 'resourceVersion')) throw conflict();
      return store(keyOf(reference), object);
    },
    async patch(reference, steps, { dryRun }) {
      const present = objects.get(keyOf(reference));
      const patched = steps.reduce<unknown>(applied, present);
      if (!isJsonObject(patched)) throw new ClusterError('nothing to patch', { fault: 'not-found', server: 'memory' });
      if (textAt(patched, 'metadata', 'resourceVersion') !== textAt(present, 'metadata', 'resourceVersion'))
        throw conflict();
      patches.push(`${reference.kind.resource} ${reference.name}${dryRun ? ' (dry run)' : ''}`);
      return dryRun ? patched : store(keyOf(reference), patched);
    },
    remove: async (reference) => void objects.delete(keyOf(reference)),
    logs: async () => 'a line\n',
  };
}

/** RFC 6902, of objects only. */
export function applied(object: unknown, step: PatchStep): unknown {
  const { path } = step;
  const keys = path
    .slice(1)
    .split('/')
    .map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'));
  const set = (at: unknown, [key = '', ...rest]: readonly string[]): unknown => {
    if (!isJsonObject(at)) throw new Error(`${path}: the parent is missing`);
    if (rest.length > 0) return { ...at, [key]: set(at[key], rest) };
    const { [key]: before, ...others } = at;
    if (step.op !== 'remove') return { ...at, [key]: step.value };
    if (before === undefined) throw new Error(`${path}: there is nothing to remove`);
    return others;
  };
  return set(object, keys);
}
