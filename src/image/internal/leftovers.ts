/** A kind of files that a build leaves and no program asks for. */
interface Leftover {
  readonly what: string;
  /** Starts of directories, from the root, with a slash at the end. */
  readonly below?: readonly string[];
  /** Names of directories, wherever they are. */
  readonly folders?: readonly string[];
  /** Ends of a file's name. */
  readonly ends?: readonly string[];
  /** Whole names of files. */
  readonly names?: readonly string[];
  /** Only in these directories. */
  readonly only?: readonly string[];
}

/**
 * A directory counts before names, a whole path before the name of an outer one, and the first that fits before others. What is said of root's home holds for
 * those of others.
 */
const leftovers: readonly Leftover[] = [
  { what: 'package lists of apt', below: ['var/lib/apt/lists/'] },
  { what: 'package cache of apt', below: ['var/cache/apt/'] },
  { what: 'package cache of apk', below: ['var/cache/apk/', 'etc/apk/cache/', 'lib/apk/cache/'] },
  { what: 'package cache of dnf and yum', below: ['var/cache/dnf/', 'var/cache/yum/', 'var/cache/libdnf5/'] },
  { what: 'package cache of zypper and pacman', below: ['var/cache/zypp/', 'var/cache/pacman/'] },
  {
    what: 'cache of npm, yarn and pnpm',
    folders: ['_cacache', '_npx', '.yarn-cache', '.pnpm-store'],
    below: [
      'usr/local/share/.cache/yarn/',
      'root/.npm/',
      'root/.yarn/berry/cache/',
      'root/.cache/yarn/',
      'root/.cache/node-gyp/',
      'root/.cache/pnpm/',
    ],
  },
  {
    what: 'cache of pip and uv',
    below: ['root/.cache/pip/', 'root/.cache/uv/', 'root/.cache/pypoetry/'],
    folders: ['.pip-cache'],
  },
  { what: 'cache of Go', below: ['root/.cache/go-build/', 'go/pkg/mod/', 'root/go/pkg/mod/'] },
  { what: 'cache of Cargo', below: ['usr/local/cargo/registry/', 'root/.cargo/registry/', 'root/.cargo/git/'] },
  {
    what: 'cache of Maven and Gradle',
    below: ['root/.m2/repository/', 'root/.gradle/caches/', 'root/.gradle/wrapper/'],
  },
  { what: 'cache of NuGet', below: ['root/.nuget/packages/', 'root/.local/share/NuGet/'] },
  {
    what: 'cache of Composer and RubyGems',
    below: ['root/.composer/cache/', 'root/.cache/composer/', 'usr/local/bundle/cache/'],
  },
  {
    what: 'caches of installed programs',
    below: ['var/cache/debconf/', 'var/cache/fontconfig/', 'var/cache/man/', 'var/cache/ldconfig/'],
  },
  { what: 'other caches', below: ['root/.cache/'] },
  { what: 'Git history', folders: ['.git', '.hg', '.svn'] },
  { what: 'temporary files', below: ['tmp/', 'var/tmp/'] },
  { what: 'log files', below: ['var/log/'], names: ['npm-debug.log', 'yarn-error.log'] },
  { what: 'compiled Python that Python writes again', folders: ['__pycache__'], ends: ['.pyo'] },
  { what: 'source maps', ends: ['.js.map', '.css.map', '.mjs.map', '.cjs.map', '.d.ts.map'] },
  { what: 'static libraries', ends: ['.a', '.la'] },
  {
    what: 'compilers and build tools',
    below: [
      'usr/lib/gcc/',
      'usr/libexec/gcc/',
      'usr/share/cmake/',
      'usr/share/automake/',
      'usr/share/autoconf/',
      'usr/lib/llvm/',
      'usr/local/go/src/',
      'usr/local/go/pkg/',
    ],
    only: ['usr/bin/', 'usr/local/bin/'],
    names: [
      'make',
      'cmake',
      'as',
      'ld',
      'ld.bfd',
      'ld.gold',
      'ar',
      'ranlib',
      'objdump',
      'strip',
      'nm',
      'cargo',
      'rustc',
      'javac',
    ],
  },
  { what: 'C and C++ headers', below: ['usr/include/', 'usr/local/include/'], ends: ['.h', '.hpp'] },
  { what: 'manual pages', below: ['usr/share/man/', 'usr/local/share/man/', 'usr/local/man/', 'usr/share/info/'] },
  {
    what: 'documentation',
    below: [
      'usr/share/doc/',
      'usr/local/share/doc/',
      'usr/share/gtk-doc/',
      'usr/share/doc-base/',
      'usr/share/lintian/',
    ],
  },
  { what: 'translations', below: ['usr/share/locale/', 'usr/share/i18n/', 'usr/local/share/locale/'] },
];

/** In a cache by their place, and looked for there when the program runs: browsers that tests and scrapers drive, models. */
const usedCaches: ReadonlySet<string> = new Set(
  [
    'ms-playwright',
    'ms-playwright-go',
    'puppeteer',
    'Cypress',
    'selenium',
    'rod',
    'huggingface',
    'torch',
    'whisper',
  ].map((name) => `root/.cache/${name}/`),
);

/**
 * Within packages of applications: what their authors left in. Folders count at the root of a package only, and only those that nobody gives to code
 * that runs: further down, `doc` is the documents of yaml, and Python has `django.test`, `numpy.testing`.
 */
const inPackages: readonly Leftover[] = [
  { what: 'tests in installed packages', folders: ['test', 'tests', '__tests__'] },
  {
    what: 'documentation and sources in node_modules',
    folders: ['docs', 'doc', 'example', 'examples', '.github'],
    ends: ['.md', '.markdown', '.ts', '.mts', '.cts', '.flow', '.map'],
    names: ['CHANGELOG', '.npmignore', '.eslintrc', '.travis.yml', 'Makefile'],
  },
];

/** In Python, `test` at the root of a package is a module that others import. */
const pythonTests: ReadonlySet<string> = new Set(['tests', '__tests__']);

/** What redistribution asks for, and what says the licences of packages: `/usr/share/doc/PACKAGE/copyright`. */
const legal = /^(?:copyright|copying|licen[cs]es?|notices?|authors|patents)(?:$|[._-])/i;
const runs = /\.(?:[cm]?js|json|node|py|so|wasm)$/;

/** Compilers' programs have the target and a version in their names: `x86_64-linux-gnu-gcc-12`. */
const compiler =
  /^(?:[a-z0-9_]{1,16}-linux-(?:gnu|musl)[a-z]{0,8}-)?(?:gcc|g\+\+|cpp|c\+\+|cc|clang|clang\+\+|gfortran|lto-dump|ld|as|ar|gcov|gdb)(?:-\d{1,3})?$/;

/** What the path of a directory says of the files in it and below it. */
export interface LeftoverDirectory {
  /** Ends with a slash; empty for the root. */
  readonly path: string;
  /** All of it is left over. */
  readonly all: string | undefined;
  /** It is in installed packages. */
  readonly packages: 'npm' | 'python' | undefined;
  /** In installed packages: the directory that holds them, one of a scope (`@babel`), a package's own, or one further down. */
  readonly level: 'store' | 'scope' | 'package' | 'inside';
}

export const rootDirectory: LeftoverDirectory = { path: '', all: undefined, packages: undefined, level: 'inside' };

/** Leftovers by the names of files, in their order. */
interface NameTable {
  readonly names: ReadonlyMap<string, readonly NamedLeftover[]>;
  /** By the last part of a name, point included. */
  readonly ends: ReadonlyMap<string, readonly NamedLeftover[]>;
}

interface NamedLeftover {
  readonly leftover: Leftover;
  /** In the list. */
  readonly place: number;
  /** All of the end that a name must have. */
  readonly text: string;
}

interface Tables {
  readonly below: ReadonlyMap<string, string>;
  readonly folders: ReadonlyMap<string, string>;
  readonly inPackages: ReadonlyMap<string, string>;
  readonly files: NameTable;
  readonly filesInPackages: NameTable;
}

let tables: Tables | undefined;

function lookUp(): Tables {
  const of = (list: readonly Leftover[], texts: (each: Leftover) => readonly string[] | undefined) =>
    new Map([...list].reverse().flatMap((each) => (texts(each) ?? []).map((text) => [text, each.what] as const)));
  tables ??= {
    below: of(leftovers, ({ below }) => below),
    folders: of(leftovers, ({ folders }) => folders),
    inPackages: of(inPackages, ({ folders }) => folders),
    files: nameTable(leftovers),
    filesInPackages: nameTable(inPackages),
  };
  return tables;
}

function nameTable(list: readonly Leftover[]): NameTable {
  const names = new Map<string, NamedLeftover[]>();
  const ends = new Map<string, NamedLeftover[]>();
  const add = (to: Map<string, NamedLeftover[]>, key: string, each: NamedLeftover) =>
    to.set(key, [...(to.get(key) ?? []), each]);
  list.forEach((leftover, place) => {
    for (const text of leftover.names ?? []) add(names, text, { leftover, place, text });
    for (const text of leftover.ends ?? []) add(ends, lastPart(text), { leftover, place, text });
  });
  return { names, ends };
}

/** `.map` of `a.js.map`. */
function lastPart(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('.'), 0));
}

/**
 * The directory of this name in another one. What is in something left over is that too.
 * @param used directories of tests that code requires (`usedTests`)
 */
export function leftoversBelow(parent: LeftoverDirectory, name: string, used: ReadonlySet<string>): LeftoverDirectory {
  const path = `${parent.path}${name}/`;
  const { below, folders, inPackages: packageFolders } = lookUp();
  const ofRoot = path.replace(/^home\/[^/]+\//, 'root/');
  if (usedCaches.has(ofRoot)) return { path, all: undefined, packages: undefined, level: 'inside' };
  const exact = below.get(path) ?? below.get(ofRoot);
  if (parent.all !== undefined) return { ...parent, path, all: exact ?? parent.all };
  const own = exact ?? folders.get(name);
  const { packages } = parent;
  const level = levelBelow(parent, name);
  if (own !== undefined) return { path, all: own, packages, level };
  if (name === 'node_modules') return { path, all: undefined, packages: 'npm', level: 'store' };
  if (name === 'site-packages') return { path, all: undefined, packages: 'python', level: 'store' };
  const counts = parent.level === 'package' && (packages === 'npm' || (packages === 'python' && pythonTests.has(name)));
  return { path, all: counts && !isUsed(path, used) ? packageFolders.get(name) : undefined, packages, level };
}

/** Of tests in npm packages: by their path, or by the name of their package and theirs. */
function isUsed(directory: string, used: ReadonlySet<string>): boolean {
  if (used.size === 0) return false;
  const path = directory.slice(0, -1);
  return used.has(path) || used.has(path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
}

function levelBelow({ packages, level }: LeftoverDirectory, name: string): LeftoverDirectory['level'] {
  if (level === 'store') return packages === 'npm' && name.startsWith('@') ? 'scope' : 'package';
  return level === 'scope' ? 'package' : 'inside';
}

/** The kind of leftovers that a file is; undefined for what may be wanted. */
export function leftoverKind(directory: LeftoverDirectory, name: string): string | undefined {
  if (directory.all !== undefined) return isKept(directory.all, name) ? undefined : directory.all;
  const { files, filesInPackages } = lookUp();
  const known = named(files, directory, name);
  if (known !== undefined) return known.what;
  if ((directory.path === 'usr/bin/' || directory.path === 'usr/local/bin/') && compiler.test(name))
    return 'compilers and build tools';
  if (directory.packages !== 'npm') return undefined;
  const kind = named(filesInPackages, directory, name)?.what;
  return kind !== undefined && isKept(kind, name) ? undefined : kind;
}

/** The first of a list that a file's name fits: all files of an image are asked, one after the other. */
function named({ names, ends }: NameTable, { path }: LeftoverDirectory, name: string): Leftover | undefined {
  const byName = names.get(name);
  const byEnd = ends.get(lastPart(name));
  if (byName === undefined && byEnd === undefined) return undefined;
  let first: NamedLeftover | undefined;
  for (const each of [...(byName ?? []), ...(byEnd ?? [])])
    if ((first === undefined || each.place < first.place) && name.endsWith(each.text) && fits(each.leftover, path))
      first = each;
  return first?.leftover;
}

function fits({ only }: Leftover, path: string): boolean {
  return only === undefined || only.includes(path);
}

/** Of documentation: what is there for lawyers, and what a program may run after all. */
function isKept(kind: string, name: string): boolean {
  return kind.startsWith('documentation') && (legal.test(name) || runs.test(name));
}
