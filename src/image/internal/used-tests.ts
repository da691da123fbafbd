import path from 'node:path';
import { byteSearch } from '../../core/byte-search.ts';
import { parseJsonObject } from '../../core/json-object.ts';

const code = /\.[cm]?js$/;
/** Searched for first: few files of a package name a directory of tests at all. */
const marks = ['/test', '__tests__'].map((text) => byteSearch(Buffer.from(text)));
/** A path in quotes with a directory of tests in it: `'../test/data.json'`, `"@scope/name/tests"`. */
const quoted = /["'`]((?:\.{1,2}\/|(?:@[\w.-]{1,100}\/)?[\w.-]{1,100}\/)[\w./-]{0,300})["'`]/g;
const testFolder = /^(.*?node_modules\/(?:@[^/]+\/)?[^/]+)\/(?:tests?|__tests__)(?:\/|$)/;
const testOf = /^((?:@[^/]+\/)?[^/]+)\/(tests?|__tests__)(?:\/|$)/;
/** Fields of a package.json that say what others get (https://nodejs.org/api/packages.html, and `module` and `browser` of bundlers). */
const entryFields = ['main', 'module', 'browser', 'exports', 'imports', 'bin'];
const most = 1_000;

/** Whether a file is read for what it names: Node.js's code, and what packages say of themselves. */
export function mayNameTests(file: string): boolean {
  return code.test(file.slice(-4)) || isManifest(file);
}

function isManifest(file: string): boolean {
  return file.endsWith('/package.json') && file.includes('node_modules/');
}

/**
 * Directories of tests at the root of npm packages that the package itself or other code requires, and which are no leftovers therefore: the path of such a
 * directory (`app/node_modules/a/test`), or the package's name and it (`a/test`) where it is required by name.
 */
export function usedTests(file: string, content: Uint8Array): readonly string[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (isManifest(file)) return namedByManifest(file, bytes);
  if (marks.every((search) => search(bytes) === -1)) return [];
  const found = new Set<string>();
  for (const [, name = ''] of bytes.toString('latin1').matchAll(quoted)) {
    if (found.size >= most) break;
    const used = name.startsWith('.') ? testsAt(file, name) : testOf.exec(name)?.slice(1, 3).join('/');
    if (used !== undefined) found.add(used);
  }
  return [...found];
}

/** Tests that require each other are no reason to keep them. */
function testsAt(file: string, name: string): string | undefined {
  const used = path.posix.join(path.posix.dirname(file), name);
  const folder = foldersOf(used);
  return folder === undefined || foldersOf(file) === folder ? undefined : folder;
}

/** `app/node_modules/a/test` of what lies in it. */
function foldersOf(file: string): string | undefined {
  const inner = file.lastIndexOf('node_modules/');
  if (inner === -1) return undefined;
  const [whole] = testFolder.exec(file.slice(inner)) ?? [];
  return whole === undefined ? undefined : file.slice(0, inner) + whole.replace(/\/$/, '');
}

/** https://nodejs.org/api/packages.html: a path in any condition of `exports` may be taken. */
function namedByManifest(file: string, bytes: Buffer): readonly string[] {
  if (!bytes.includes('test')) return [];
  const object = parseJsonObject(bytes.toString('utf8')) ?? {};
  const paths = textsIn(entryFields.map((field) => object[field])).map((text) => text.replace(/\*.*$/s, ''));
  return [...new Set(paths.flatMap((text) => foldersOf(path.posix.join(path.posix.dirname(file), text)) ?? []))];
}

function textsIn(values: readonly unknown[]): readonly string[] {
  const texts: string[] = [];
  const pending = [...values];
  for (let next = pending.pop(), seen = 0; next !== undefined || pending.length > 0; next = pending.pop()) {
    if (++seen > most * 10) break;
    if (typeof next === 'string') texts.push(next);
    else if (typeof next === 'object' && next !== null) for (const value of Object.values(next)) pending.push(value);
  }
  return texts;
}
