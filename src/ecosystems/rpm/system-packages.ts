import type { Capability, Relation, Requirement, SystemPackage } from '../system-package.ts';
import { systemPackage } from '../system-package.ts';
import { rpmHeaders } from './installed.ts';
import { headerLists, rpmOfHeader } from './internal/header.ts';

/** https://rpm.org/docs/4.20.x/manual/tags.html: names, flags and versions of what a package says of others. */
const relationTags = {
  provides: [1047, 1112, 1113],
  requires: [1049, 1048, 1050],
  conflicts: [1054, 1053, 1055],
  obsoletes: [1090, 1114, 1115],
  recommends: [5046, 5048, 5047],
  suggests: [5049, 5051, 5050],
} as const;

/** Base names, their directories' numbers, directories. */
const fileTags = [1117, 1116, 1118] as const;

const sense = { less: 2, greater: 4, equal: 8 } as const;

/** Packages of rpm's database with what they ask of others. Of several versions at once, as kernels are, the last. */
export function installedRpms(path: string, content: Uint8Array): SystemPackage[] {
  const found: SystemPackage[] = [];
  for (const blob of rpmHeaders(path, content)) {
    const own = rpmOfHeader(blob, path);
    if (own === undefined) continue;
    const lists = headerLists(blob);
    const relations = (kind: keyof typeof relationTags): Relation[] => {
      const [names, flags, versions] = relationTags[kind];
      const [allFlags, allVersions] = [lists.numbers(flags), lists.texts(versions)];
      return lists
        .texts(names)
        .map((name, at) => rpmRelation(name, operatorOf(allFlags[at] ?? 0), allVersions[at] ?? ''));
    };
    found.push(
      systemPackage({
        kind: 'rpm',
        name: own.name,
        version: own.version,
        architecture: own.architecture ?? '',
        requires: rpmRequirements(relations('requires')),
        recommends: rpmRequirements(relations('recommends')),
        suggests: rpmRequirements(relations('suggests')),
        conflicts: relations('conflicts'),
        obsoletes: relations('obsoletes'),
        provides: [...relations('provides').map(capabilityOf), ...filesOf(lists).map((name) => ({ name }))],
        ...(own.source && { source: own.source }),
      }),
    );
  }
  return found;
}

/** What is provided in these places may be asked for by its path. */
const namedFiles = /^(?:\/usr)?\/s?bin\/|^\/etc\/|^\/usr\/lib\/sendmail$/;

function filesOf({ texts, numbers }: ReturnType<typeof headerLists>): string[] {
  const [names, directoryOf, directories] = fileTags;
  const [numbersOf, all] = [numbers(directoryOf), texts(directories)];
  return texts(names).flatMap((name, at) => {
    const file = `${all[numbersOf[at] ?? 0] ?? ''}${name}`;
    return namedFiles.test(file) ? [file] : [];
  });
}

function operatorOf(flags: number): Relation['operator'] {
  const equal = (flags & sense.equal) !== 0;
  if (flags & sense.less) return equal ? '<=' : '<';
  if (flags & sense.greater) return equal ? '>=' : '>';
  return equal ? '=' : undefined;
}

/** A relation with a version that rpm orders: `1:2.0-3`, an epoch of none left out. */
export function rpmRelation(name: string, operator: Relation['operator'], version: string): Relation {
  const plain = version.replace(/^0:/, '');
  return { name, ...(operator !== undefined && plain !== '' && { operator, version: plain }) };
}

export function capabilityOf({ name, version }: Relation): Capability {
  return { name, ...(version !== undefined && { version }) };
}

/**
 * What a package requires, one of each. What rpm itself has to understand (`rpmlib`) is left out; of rich ones (https://rpm.org/docs/4.20.x/manual/more_dependencies.html)
 * `(a or b)` and `(a and b)` are taken apart, and what holds only on a condition is not asked for.
 */
export function rpmRequirements(relations: readonly Relation[]): Requirement[] {
  return relations.flatMap((relation): Requirement[] => {
    const { name } = relation;
    if (name.startsWith('rpmlib(')) return [];
    if (!name.startsWith('(')) return [[relation]];
    const inside = name.replace(/^\(|\)$/g, '');
    if (/\b(?:if|unless|with|without|else)\b|[()]/.test(inside.replace(/\S\([^()]{0,200}\)(?:\([^()]{0,200}\))?/g, '')))
      return [];
    const parts = inside.split(/\s+(?:or|and)\s+/).map(richRelation);
    return / and /.test(inside) ? parts.map((part) => [part]) : [parts];
  });
}

function richRelation(text: string): Relation {
  const [name = '', operator = '', version = ''] = text.trim().split(/\s+/);
  const known = (['<', '<=', '=', '>=', '>'] as const).find((each) => each === operator);
  return rpmRelation(name, known, version);
}
