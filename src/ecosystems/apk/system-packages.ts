import { isWord } from '../internal/installed-text.ts';
import { lines } from '../internal/stanzas.ts';
import { type Relation, type SystemPackage, systemPackage } from '../system-package.ts';

/** A database or an index with more packages than this is none. */
const mostPackages = 200_000;

/** apk's database and a repository's index: the same lines (https://wiki.alpinelinux.org/wiki/Apk_spec#APKINDEX_Format). */
export function apkPackages(text: string): SystemPackage[] {
  const found: SystemPackage[] = [];
  let fields = new Map<string, string>();
  const close = () => {
    const one = apkOf(fields);
    if (one) found.push(one);
    fields = new Map();
  };
  for (const line of lines(text)) {
    if (line === '') close();
    // Letters have a case and a meaning each: those of a file list come after a package's own.
    else if (line[1] === ':' && !fields.has(line[0] ?? '')) fields.set(line[0] ?? '', line.slice(2).trim());
    if (found.length >= mostPackages) return found;
  }
  close();
  return found;
}

function apkOf(fields: ReadonlyMap<string, string>): SystemPackage | undefined {
  const [name, version, origin] = [fields.get('P'), fields.get('V'), fields.get('o')];
  if (!isWord(name) || !isWord(version)) return undefined;
  const depends = words(fields.get('D'));
  const priority = Number(fields.get('k'));
  return systemPackage({
    kind: 'apk',
    name,
    version,
    architecture: fields.get('A') ?? '',
    requires: depends.filter((word) => !word.startsWith('!')).map((word) => [apkRelation(word)]),
    conflicts: depends.filter((word) => word.startsWith('!')).map((word) => apkRelation(word.slice(1))),
    provides: words(fields.get('p')).map((word) => {
      const { name: provided, version: of } = apkRelation(word);
      return { name: provided, ...(of !== undefined && { version: of }) };
    }),
    installIf: words(fields.get('i')).map(apkRelation),
    ...(isWord(origin) && { source: { name: origin, version } }),
    ...(Number.isSafeInteger(priority) && { providerPriority: priority }),
  });
}

/** `musl>=1.2`, `so:libc.musl-x86_64.so.1`, `nginx~1.26`, `php83@edge`; what names a checksum (`><`) names any version. */
export function apkRelation(word: string): Relation {
  const at = word.search(/[=<>~]/);
  const name = (at === -1 ? word : word.slice(0, at)).replace(/@.*$/, '');
  const read = at === -1 ? undefined : /^(<=|>=|~=|=~|<|>|=|~)([^<>=~@]+)/.exec(word.slice(at));
  const [, written, version] = read ?? [];
  const operator = written === undefined ? undefined : operators[written];
  return { name, ...(operator !== undefined && version !== undefined && { operator, version }) };
}

const operators: Readonly<Record<string, Relation['operator']>> = {
  '<': '<',
  '<=': '<=',
  '=': '=',
  '>=': '>=',
  '>': '>',
  '~': '~',
  '~=': '~',
  '=~': '~',
};

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter(Boolean);
}
