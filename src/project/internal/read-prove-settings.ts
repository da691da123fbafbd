import { type Document, isMap, isScalar, isSeq, type Node } from 'yaml';
import { isPort } from '../../core/port-number.ts';
import {
  type ListedRequest,
  type ListedRun,
  noProveSettings,
  type ProveConfiguration,
  type ProveSettings,
} from '../prove-settings.ts';
import { type Complain, choice, type Entry, entriesOf, fieldsOf, listOf, textList } from './configuration-nodes.ts';

const settingKeys = [
  'kind',
  'ports',
  'requests',
  'runs',
  'environment',
  'startSeconds',
  'graceSeconds',
] as const satisfies readonly (keyof ProveSettings)[];

/** More is no list that a person wrote, and a proof of it would not end. */
const mostListed = 500;
const mostSeconds = 3600;

/** Reads the `prove` section. @throws UserError with the place of what is not understood */
export function readProveSettings(node: Node | undefined, document: Document, complain: Complain): ProveConfiguration {
  if (node === undefined) return { ...noProveSettings, builds: [] };
  const fields = fieldsOf(node, [...settingKeys, 'builds'], document, complain, 'prove');
  return {
    ...readSettings(fields, document, complain),
    builds: bounded(fields.get('builds')?.value, complain).map((item) => {
      const own = fieldsOf(item, ['paths', 'target', ...settingKeys], document, complain, 'a build');
      const paths = textList(own.get('paths')?.value, complain);
      if (paths.length === 0) throw complain(item, 'a build needs «paths», the Dockerfiles that it is about');
      return { paths, target: text(own.get('target')?.value, complain), ...readSettings(own, document, complain) };
    }),
  };
}

function readSettings(fields: ReadonlyMap<string, Entry>, document: Document, complain: Complain): ProveSettings {
  const node = (key: (typeof settingKeys)[number]) => fields.get(key)?.value;
  return {
    kind: choice(node('kind'), ['service', 'program'] as const, complain),
    ports: bounded(node('ports'), complain).map((item) => readPort(item, complain)),
    requests: bounded(node('requests'), complain).map((item) => readRequest(item, document, complain)),
    runs: bounded(node('runs'), complain).map((item) => readRun(item, document, complain)),
    environment: readEnvironment(node('environment'), document, complain),
    startSeconds: readSeconds(node('startSeconds'), complain),
    graceSeconds: readSeconds(node('graceSeconds'), complain),
  };
}

/** A path alone asks for that with GET. */
function readRequest(item: Node, document: Document, complain: Complain): ListedRequest {
  if (isScalar(item)) return { ...plainRequest, path: readPath(item, complain) };
  const keys = ['path', 'method', 'port', 'scheme', 'headers', 'body'];
  const fields = fieldsOf(item, keys, document, complain, 'a request');
  const path = fields.get('path')?.value;
  if (path === undefined) throw complain(item, 'a request needs a «path»');
  const method = text(fields.get('method')?.value, complain) ?? plainRequest.method;
  // A token of HTTP in capitals, as all registered methods are: https://www.rfc-editor.org/rfc/rfc9110#name-methods
  if (!/^[A-Z]{1,20}$/.test(method)) throw complain(fields.get('method')?.value, 'a method is GET, POST and the like');
  const port = fields.get('port')?.value;
  return {
    method,
    scheme: choice(fields.get('scheme')?.value, ['http', 'https'] as const, complain) ?? plainRequest.scheme,
    port: port && readPort(port, complain),
    path: readPath(path, complain),
    headers: readHeaders(fields.get('headers')?.value, document, complain),
    body: text(fields.get('body')?.value, complain),
  };
}

const plainRequest: Omit<ListedRequest, 'path'> = {
  method: 'GET',
  scheme: 'http',
  port: undefined,
  headers: new Map(),
  body: undefined,
};

function readPath(node: Node, complain: Complain): string {
  const path = text(node, complain) ?? '';
  // What HTTP's request line may hold: no spaces and control characters.
  if (!/^\/[!-~]*$/.test(path)) throw complain(node, 'a path begins with / and has no spaces: /orders?id=7');
  return path;
}

function readHeaders(node: Node | undefined, document: Document, complain: Complain): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, { keyNode, value }] of entriesOf(node, document, complain, 'headers')) {
    const written = text(value, complain) ?? '';
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t -~\u0080-\u00ff]/.test(written))
      throw complain(keyNode, 'this is no header of HTTP');
    headers.set(name, written);
  }
  return headers;
}

/** A list of arguments alone runs the image's own program with them. */
function readRun(item: Node, document: Document, complain: Complain): ListedRun {
  if (isSeq(item)) return { arguments: textList(item, complain), entrypoint: undefined, input: undefined };
  if (!isMap(item)) throw complain(item, 'a run is a list of arguments, or a map of arguments, entrypoint and input');
  const fields = fieldsOf(item, ['arguments', 'entrypoint', 'input'], document, complain, 'a run');
  return {
    arguments: textList(fields.get('arguments')?.value, complain),
    entrypoint: text(fields.get('entrypoint')?.value, complain),
    input: text(fields.get('input')?.value, complain),
  };
}

function readEnvironment(
  node: Node | undefined,
  document: Document,
  complain: Complain,
): ReadonlyMap<string, string | undefined> {
  const variables = new Map<string, string | undefined>();
  for (const [name, { keyNode, value }] of entriesOf(node, document, complain, 'environment')) {
    if (name === '' || /[=\0]/.test(name)) throw complain(keyNode, 'this is no name of a variable');
    variables.set(name, text(value, complain));
  }
  return variables;
}

function readPort(node: Node, complain: Complain): number {
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value === 'number' && isPort(value)) return value;
  throw complain(node, 'a port is a number from 1 to 65535');
}

function readSeconds(node: Node | undefined, complain: Complain): number | undefined {
  if (node === undefined) return undefined;
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value === 'number' && value >= 0 && value <= mostSeconds) return value;
  throw complain(node, `seconds are a number from 0 to ${mostSeconds}`);
}

/** A scalar as it is written; undefined for nothing. */
function text(node: Node | undefined, complain: Complain): string | undefined {
  if (node === undefined || (isScalar(node) && node.value === null)) return undefined;
  if (!isScalar(node)) throw complain(node, 'a text is needed here');
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}

function bounded(node: Node | undefined, complain: Complain): readonly Node[] {
  const items = listOf(node, complain);
  if (items.length > mostListed) throw complain(node, `no more than ${mostListed} are taken`);
  return items;
}
