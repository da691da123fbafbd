import type { FoundPackage, SyftPackage } from './package-lists.ts';

// Why one list has what the other has not. A cause looks at what both found in the very file; a difference that no cause fits fails the test.

/** What both lists have of one file. */
interface File {
  readonly path: string;
  readonly ours: ReadonlySet<string>;
  readonly syft: readonly SyftPackage[];
  /** What the image's package manager lists, of all files. */
  readonly listed: ReadonlySet<string>;
}

interface Cause {
  /** `not …`: what a package manager does not list. */
  readonly side: 'Plimsoll' | 'syft' | 'mvn dependency:list' | 'not mvn dependency:list';
  readonly why: string;
  readonly holds: (item: string, file: File) => boolean;
}

const causes: readonly Cause[] = [
  {
    side: 'Plimsoll',
    why: "as Maven's own list has it; syft has another group or none",
    holds: (item, file) => item.startsWith('maven/') && file.listed.has(item),
  },
  {
    side: 'syft',
    why: "another group than Maven's own list has, guessed from the manifest, a class or the name",
    holds: (item, file) =>
      !file.listed.has(item) && [...file.ours].some((ours) => hasOtherGroup(item, ours) && file.listed.has(ours)),
  },
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
  ...(['mvn dependency:list', 'not mvn dependency:list'] as const).map((side) => ({
    side,
    why: 'nothing in the archive but a manifest that names no group: its own name stands for it',
    holds: (item: string) => /^maven\/(?:io\.grpc|grpc-context)\/grpc-context@1\.61\.1$/.test(item),
  })),
  {
    side: 'not mvn dependency:list',
    why: 'shaded into another archive, by the coordinates in that, which syft lists, too',
    holds: (item, file) => file.syft.some(({ pom, name }) => pom && name === item),
  },
  {
    side: 'syft',
    why: "a package.json in a folder of a package's own, its benchmarks or tests: nothing that was installed",
    holds: (item, file) =>
      item.startsWith('npm/') &&
      /\/node_modules\/(?:@[^/]+\/)?[^/@]+\/.*\/package\.json$/.test(
        `/${file.path.slice(file.path.lastIndexOf('node_modules/'))}`,
      ),
  },
  {
    side: 'syft',
    why: 'a text in BusyBox, which is listed as itself, taken for the program gzip',
    holds: (item, file) =>
      item === 'generic/gzip@1.0' &&
      file.path.endsWith('/busybox') &&
      [...file.ours].some((name) => name.startsWith('generic/busybox@')),
  },
];

/** Why an item stands in one list only; undefined where no cause fits every file that it was found in. */
export function explain(
  side: string,
  item: string,
  found: {
    readonly ours: readonly FoundPackage[];
    readonly syft: readonly SyftPackage[];
    readonly listed: ReadonlySet<string>;
  },
): string | undefined {
  const of: readonly FoundPackage[] = side === 'syft' ? found.syft : found.ours;
  const paths = new Set(of.filter(({ name }) => name === item).map(({ path }) => path));
  // What only a package manager lists lies in no file that is known.
  if (paths.size === 0) paths.add('');
  const files = [...paths].map((path) => ({
    path,
    ours: new Set(found.ours.filter((one) => one.path === path).map(({ name }) => name)),
    syft: found.syft.filter((one) => one.path === path),
    listed: found.listed,
  }));
  return causes.find((cause) => cause.side === side && files.every((file) => cause.holds(item, file)))?.why;
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
