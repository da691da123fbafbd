// Condenses what Kubernetes publishes of its API (the OpenAPI document and the generated definitions, both in the Go module
// k8s.io/kubernetes) into schemas/kubernetes.txt, the data that manifests are checked with. Run by hand for a new release:
//
//   node scripts/kubernetes-schema.mjs            the newest patch of each release from 1.30 on; needs Go and its module proxy
//
// The format, a line each, is read by src/kubernetes/schema/read-schema.ts, which explains it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const oldest = 30;
const target = path.join(root, 'schemas/kubernetes.txt');

/**
 * What the published document says of fields that must be there, and of lists whose items must differ, is not all enforced: only what
 * a real API server was seen to refuse is taken, by `TYPE field` (tests/system/kubernetes-schema.test.ts asks it again).
 */
const enforced = JSON.parse(readFileSync(path.join(root, 'scripts/kubernetes-schema.json'), 'utf8'));
const refusedWithout = new Set(enforced.refusedWithout);
const refusedTwice = new Set(enforced.refusedTwice);

/** Kinds that nobody writes down: requests and answers of the API. */
const notWritten = /(?:List|Options|Review|^API\w+|^WatchEvent|^Status|^Scale|^Eviction|^Binding|^TokenRequest)$/;

const scalars = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'x',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'q',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 't',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 't',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': '*',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': '*',
};

function run() {
  const releases = readReleases();
  const enumerations = readEnumerations(releases.at(-1).generated);
  const types = new Map();
  const kinds = new Map();
  for (const [at, { definitions }] of releases.entries()) addRelease(at, definitions, { types, kinds, enumerations });
  const reachable = reachableTypes(types, kinds);
  const lines = [
    `versions ${releases.map(({ version }) => version).join(' ')}`,
    ...kindLines(kinds, releases.length),
    ...[...reachable].sort().map((name) => typeLine(name, types.get(name), releases.length)),
  ];
  writeFileSync(target, `${lines.join('\n')}\n`);
  console.log(
    `${path.relative(root, target)}: ${kinds.size} kinds, ${reachable.size} types, ${lines.join('\n').length} bytes`,
  );
}

// --- what Kubernetes publishes -----------------------------------------------------------------------------------------------

function readReleases() {
  const work = mkdtempSync(path.join(tmpdir(), 'kubernetes-schema-'));
  const environment = {
    ...process.env,
    GOMODCACHE: process.env.PLIMSOLL_SCHEMA_MODULES ?? path.join(work, 'modules'),
    GOFLAGS: '-modcacherw',
  };
  const go = (...args) => execFileSync('go', args, { cwd: work, env: environment, encoding: 'utf8' });
  try {
    const newest = new Map();
    for (const version of go('list', '-m', '-versions', 'k8s.io/kubernetes').trim().split(' ')) {
      const [, minor, patch] = /^v1\.(\d+)\.(\d+)$/.exec(version) ?? [];
      if (minor === undefined || Number(minor) < oldest) continue;
      if (Number(patch) >= (newest.get(Number(minor)) ?? 0)) newest.set(Number(minor), Number(patch));
    }
    return [...newest]
      .sort(([a], [b]) => a - b)
      .map(([minor, patch]) => {
        const { Dir: directory } = JSON.parse(go('mod', 'download', '-json', `k8s.io/kubernetes@v1.${minor}.${patch}`));
        const read = (file) => readFileSync(path.join(directory, file), 'utf8');
        const release = {
          version: `1.${minor}`,
          definitions: JSON.parse(read('api/openapi-spec/swagger.json')).definitions,
          generated: read('pkg/generated/openapi/zz_generated.openapi.go'),
        };
        rmSync(directory, { recursive: true, force: true });
        return release;
      });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The values of fields that have a fixed set of them, by `TYPE field`: the published document leaves them out. */
function readEnumerations(generated) {
  const enumerations = new Map();
  let type;
  let field;
  for (const line of generated.split('\n')) {
    const opened = /^func schema_(\w+?)\(ref/.exec(line);
    if (opened) type = opened[1];
    const named = /^\t{5}"([^"]+)": \{$/.exec(line);
    if (named) field = named[1];
    const listed = /Enum:\s+\[\]interface\{\}\{(.*)\},$/.exec(line);
    if (listed)
      enumerations.set(
        `${type} ${field}`,
        [...listed[1].matchAll(/"([^"]*)"/g)].map(([, value]) => value),
      );
  }
  return enumerations;
}

// --- types -------------------------------------------------------------------------------------------------------------------

/** `core/v1.Container` for `io.k8s.api.core.v1.Container`. */
function shortName(definition) {
  return definition
    .replace(
      /^io\.k8s\.(?:api|apimachinery\.pkg\.apis|kube-aggregator\.pkg\.apis|apiextensions-apiserver\.pkg\.apis)\./,
      '',
    )
    .replace(/^([^.]+)\./, '$1/');
}

/** The name of its function in the generated Go file: `k8sio_api_core_v1_Container`. */
function generatedName(definition) {
  return definition
    .replace(/^io\.k8s\.(?:apiextensions-apiserver\.)?/, (prefix) => (prefix === 'io.k8s.' ? 'k8sio_' : ''))
    .replaceAll(/[.-]/g, '_');
}

function addRelease(at, definitions, { types, kinds, enumerations }) {
  for (const [definition, schema] of Object.entries(definitions)) {
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
      if (notWritten.test(kind) || schema['x-kubernetes-group-version-kind'].length > 5) continue;
      const key = `${group === '' ? version : `${group}/${version}`} ${kind}`;
      const known = kinds.get(key) ?? { first: at };
      kinds.set(key, { ...known, type: shortName(definition), last: at });
    }
    if (!schema.properties) continue;
    const name = shortName(definition);
    const type = types.get(name) ?? { first: at, fields: new Map() };
    type.last = at;
    for (const [field, property] of Object.entries(schema.properties)) {
      const values = enumerations.get(`${generatedName(definition)} ${field}`);
      const isRequired = (schema.required ?? []).includes(field);
      const known = type.fields.get(field) ?? { first: at, required: true };
      type.fields.set(field, {
        first: known.first,
        last: at,
        required: known.required && isRequired && refusedWithout.has(`${name} ${field}`),
        code: codeOf(property, values, refusedTwice.has(`${name} ${field}`)),
      });
    }
    types.set(name, type);
  }
  for (const [definition, schema] of Object.entries(definitions)) {
    if (schema.properties || scalars[definition]) continue;
    // Types with no fields of their own: free JSON, or an object without any.
    const name = shortName(definition);
    if (!types.has(name) && schema.type === 'object') types.set(name, { first: at, last: at, fields: new Map() });
    const type = types.get(name);
    if (type) type.last = at;
  }
}

function codeOf(property, values, isUnique) {
  if (property.$ref) {
    const definition = property.$ref.replace('#/definitions/', '');
    return scalars[definition] ?? `@${shortName(definition)}`;
  }
  switch (property.type) {
    case 'array': {
      const keys = isUnique ? property['x-kubernetes-list-map-keys'].join(',') : '';
      return `[${keys}]${codeOf(property.items, values)}`;
    }
    case 'object':
      return property.additionalProperties ? `{}${codeOf(property.additionalProperties, values)}` : '*';
    case 'integer':
      return property.format === 'int64' ? 'l' : 'i';
    case 'number':
      return 'n';
    case 'boolean':
      return 'b';
    case 'string':
      if (property.format === 'byte') return 'y';
      if (property.format === 'date-time') return 't';
      return values && !values.some((value) => /[ |]/.test(value)) ? `(${values.join('|')})` : 's';
    default:
      return '*';
  }
}

/** Types that an object of some kind may hold. */
function reachableTypes(types, kinds) {
  const reached = new Set();
  const pending = [...kinds.values()].map(({ type }) => type);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const type = types.get(name);
    if (!type || reached.has(name)) continue;
    reached.add(name);
    for (const { code } of type.fields.values()) {
      const used = /@(\S+)$/.exec(code)?.[1];
      if (used !== undefined) pending.push(used);
    }
  }
  return reached;
}

// --- lines -------------------------------------------------------------------------------------------------------------------

function kindLines(kinds, releases) {
  const byVersion = new Map();
  for (const [key, kind] of kinds) {
    const [apiVersion, name] = key.split(' ');
    const entry = `${name}=${kind.type}${span(kind, 0, releases - 1)}`;
    byVersion.set(apiVersion, [...(byVersion.get(apiVersion) ?? []), entry]);
  }
  return [...byVersion].sort().map(([apiVersion, entries]) => `kinds ${apiVersion} ${entries.sort().join(' ')}`);
}

function typeLine(name, type, releases) {
  const fields = [...type.fields].map(([field, { required, code, ...when }]) => {
    const shown = code === 's' ? '' : `:${code}`;
    return `${field}${required ? '!' : ''}${shown}${span(when, type.first, Math.min(type.last, releases - 1))}`;
  });
  return [name, ...fields].join(' ');
}

/** `>2` for what came with the third release, `<5` for what the sixth has no longer. */
function span({ first, last }, from, to) {
  return `${first > from ? `>${first}` : ''}${last < to ? `<${last + 1}` : ''}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) run();
