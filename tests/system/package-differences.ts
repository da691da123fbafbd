import type { FoundPackage, SyftPackage } from './package-lists.ts';

// Why one list has what the other has not. A cause looks at what both found in the very file; a difference that no cause fits fails the test.

/** What both lists have of one file. */
interface File {
  readonly path: string;
  readonly ours: ReadonlySet<string>;
  readonly syft: readonly SyftPackage[];
}

interface Cause {
  readonly side: 'Plimsoll' | 'syft';
  readonly why: string;
  readonly holds: (item: string, file: File) => boolean;
}

const causes: readonly Cause[] = [
  {
    side: 'syft',
    why: 'an archive that tells no version, listed a second time beside the coordinates in it, which both list',
    holds: (item, file) =>
      item.startsWith('maven/') && !item.includes('@') && file.syft.some(({ pom, name }) => pom && file.ours.has(name)),
  },
  {
    side: 'syft',
    why: 'an archive that tells no version and no coordinates: nothing that could be compared with an advisory',
    holds: (item, file) =>
      item.startsWith('maven/') && !item.includes('@') && file.ours.size === 0 && !file.syft.some(({ pom }) => pom),
  },
  {
    side: 'syft',
    why: "Debian's name of the file as a package, beside the coordinates of the same version in it, which both list",
    holds: (item, file) =>
      /^maven\/.*@/.test(item) &&
      file.syft.some(({ pom, name }) => pom && file.ours.has(name) && versionOf(name) === versionOf(item)),
  },
  {
    side: 'Plimsoll',
    why: 'named by the folder of the local Maven repository that it lies in; syft makes nothing of an archive without a version in its manifest or a number with a dot in its name',
    holds: (item, file) => isPlaceOf(item, file.path) && file.syft.length === 0,
  },
  {
    side: 'Plimsoll',
    why: 'the group is the folder of the local Maven repository that the archive lies in',
    holds: (item, file) => isPlaceOf(item, file.path),
  },
  {
    side: 'syft',
    why: 'the same archive by a group that was guessed from its manifest, a class or its name: the folder of the local Maven repository that it lies in has another',
    holds: (item, file) => [...file.ours].some((ours) => isPlaceOf(ours, file.path) && hasOtherGroup(item, ours)),
  },
  {
    side: 'Plimsoll',
    why: "the group is the symbolic name in the archive's manifest",
    holds: (item, file) => file.syft.some((one) => hasOtherGroup(one.name, item) && one.symbolicName === groupOf(item)),
  },
  {
    side: 'syft',
    why: "the same archive by the name of its file as group: its manifest's symbolic name says another",
    holds: (item, file) =>
      file.syft.some(
        (one) =>
          one.name === item &&
          [...file.ours].some((ours) => hasOtherGroup(item, ours) && one.symbolicName === groupOf(ours)),
      ),
  },
];

/** Why an item stands in one list only; undefined where no cause fits every file that it was found in. */
export function explain(
  side: string,
  item: string,
  found: { readonly ours: readonly FoundPackage[]; readonly syft: readonly SyftPackage[] },
): string | undefined {
  const of: readonly FoundPackage[] = side === 'Plimsoll' ? found.ours : found.syft;
  const paths = new Set(of.filter(({ name }) => name === item).map(({ path }) => path));
  const files = [...paths].map((path) => ({
    path,
    ours: new Set(found.ours.filter((one) => one.path === path).map(({ name }) => name)),
    syft: found.syft.filter((one) => one.path === path),
  }));
  return causes.find(
    (cause) => cause.side === side && files.length > 0 && files.every((file) => cause.holds(item, file)),
  )?.why;
}

function versionOf(item: string): string {
  return item.slice(item.lastIndexOf('@') + 1);
}

function groupOf(item: string): string {
  return item.split('/')[1] ?? '';
}

/** Whether two are one artifact of one version, each with a group of its own. */
function hasOtherGroup(one: string, other: string): boolean {
  const [, ownGroup, own] = one.split('/');
  const [, otherGroup, others] = other.split('/');
  return ownGroup !== otherGroup && own === others;
}

/** `org/ow2/asm/asm/9.6/` (https://maven.apache.org/repositories/layout.html). */
function isPlaceOf(item: string, path: string): boolean {
  const [kind, group = '', artifact = ''] = item.split('/');
  const place = `/${group.replaceAll('.', '/')}/${artifact.replace('@', '/')}/`;
  return kind === 'maven' && path.toLowerCase().includes(place);
}
