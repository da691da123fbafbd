import { isWord } from '../internal/installed-text.ts';
import { fieldOf, type Stanza, stanzas } from '../internal/stanzas.ts';
import { type Relation, type Requirement, type SystemPackage, systemPackage } from '../system-package.ts';
import { isPresent, sourceOf } from './installed.ts';

/** What is asked of packages has this many alternatives at most. */
const mostRelations = 2_000;

/** A repository's `Packages`, one package a stanza (https://wiki.debian.org/DebianRepository/Format#A.22Packages.22_Indices). */
export function* offeredDebs(text: string): Generator<SystemPackage> {
  for (const stanza of stanzas(text)) {
    const read = debOf(stanza);
    if (read) yield read;
  }
}

/** dpkg's `status`: those whose files are there. */
export function* installedDebs(text: string): Generator<SystemPackage> {
  for (const stanza of stanzas(text)) {
    if (!isPresent(fieldOf(stanza, 'status'))) continue;
    const read = debOf(stanza);
    if (read) yield read;
  }
}

const priorities: readonly string[] = ['required', 'important', 'standard', 'optional', 'extra'];

function debOf(stanza: Stanza): SystemPackage | undefined {
  const fields = new Map(stanza.map(([name, value]) => [name.toLowerCase(), value]));
  const [name, version] = [fields.get('package'), fields.get('version')];
  if (!isWord(name) || !isWord(version)) return undefined;
  const source = sourceOf(fields.get('source'), version);
  const importance = priorities.indexOf(fields.get('priority') ?? 'extra') + 1;
  const isYes = (field: string) => fields.get(field)?.toLowerCase() === 'yes';
  return systemPackage({
    kind: 'deb',
    name,
    version,
    architecture: fields.get('architecture') ?? '',
    requires: [...debRelations(fields.get('pre-depends')), ...debRelations(fields.get('depends'))],
    recommends: debRelations(fields.get('recommends')),
    suggests: debRelations(fields.get('suggests')),
    provides: debRelations(fields.get('provides')).flatMap(([first]) =>
      first ? [{ name: first.name, ...(first.version !== undefined && { version: first.version }) }] : [],
    ),
    conflicts: [...debRelations(fields.get('conflicts')), ...debRelations(fields.get('breaks'))].flat(),
    // Packages that `Protected` or `Important` keep apt from removing are as little removed by a build as essential ones.
    essential: isYes('essential') || isYes('important') || isYes('protected'),
    importance: importance === 0 ? priorities.length : importance,
    ...(source && { source }),
  });
}

const operators: Readonly<Record<string, Relation['operator']>> = {
  '<<': '<',
  '<=': '<=',
  '<': '<=',
  '=': '=',
  '>=': '>=',
  '>': '>=',
  '>>': '>',
};

/** `a (>= 1) | b, c:any` (https://www.debian.org/doc/debian-policy/ch-relationships.html). What is no relation is left out. */
export function debRelations(field: string | undefined): Requirement[] {
  if (field === undefined) return [];
  const requirements: Requirement[] = [];
  for (const group of field.split(',')) {
    const alternatives = group.split('|').flatMap((one) => debRelation(one.trim()) ?? []);
    if (alternatives.length > 0) requirements.push(alternatives);
    if (requirements.length >= mostRelations) break;
  }
  return requirements;
}

function debRelation(text: string): Relation | undefined {
  const read = /^([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([^\s)]+)\s*\))?/i.exec(text);
  if (!read) return undefined;
  const [, name = '', written, version] = read;
  const operator = written === undefined ? undefined : operators[written];
  return { name, ...(operator !== undefined && version !== undefined && { operator, version }) };
}

/** The names that apt's `extended_states` has as installed because others needed them. */
export function autoInstalledDebs(text: string): string[] {
  const names: string[] = [];
  for (const stanza of stanzas(text)) {
    const name = fieldOf(stanza, 'package');
    if (isWord(name) && fieldOf(stanza, 'auto-installed') === '1') names.push(name);
  }
  return names;
}
