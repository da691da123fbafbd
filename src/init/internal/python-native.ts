import { nativePackages } from '../../ecosystems/pip/native-packages.ts';
import type { PythonPackages } from './python-packages.ts';
import { withoutWheelFor } from './python-releases.ts';

export interface PythonNative {
  readonly names: readonly string[];
  /** Something is compiled as it is installed. */
  readonly compiles: boolean;
  readonly build: readonly string[];
  readonly run: readonly string[];
}

/** Packages whose releases have sources in C and no wheel, and that need no library to be compiled. */
const sourcesAlone = ['misaka', 'pycrypto'];

/** Packages that bring along, or are made like, one that needs libraries. */
const bringing: Readonly<Record<string, string>> = {
  'flask-mysqldb': 'mysqlclient',
  'django-mysql-geventpool': 'mysqlclient',
  'django-auth-ldap': 'python-ldap',
  'flask-simpleldap': 'python-ldap',
};

/** What psycopg 3 needs, whose `binary` brings the library along and whose `c` is compiled against it. */
function psycopg3({ dependencies, lockText }: PythonPackages): readonly string[] {
  const asked = dependencies.get('psycopg');
  const locked = /^(?:name = ")?psycopg-(c|binary)(?:"|==)/m.exec(lockText)?.[1];
  const extra = /\[[^\]]*\b(c|binary)\b/.exec(asked ?? '')?.[1] ?? locked;
  if (asked === undefined || extra === 'binary' || dependencies.has('psycopg-binary')) return [];
  return extra === 'c' || dependencies.has('psycopg-c') ? ['build', 'run'] : ['run'];
}

/** What the packages need on a line of Python: libraries, and a compiler where one of them has no wheel for it. */
export function pythonNative(packages: PythonPackages, line: string): PythonNative {
  const { dependencies, lockText } = packages;
  const old = withoutWheelFor(packages, line);
  const isNamed = (name: string) =>
    dependencies.has(name) || new RegExp(`^(?:name = ")?${name}(?:"|==)`, 'mi').test(lockText);
  const known = Object.keys(nativePackages).filter(isNamed);
  const ofOthers = Object.entries(bringing).flatMap(([name, brought]) =>
    dependencies.has(name) && !known.includes(brought) ? [name] : [],
  );
  const third = psycopg3(packages);
  // Its wheel brings the library along; its sources want that of psycopg2.
  const like = [
    ...known,
    ...ofOthers.flatMap((name) => bringing[name] ?? []),
    ...(old.includes('psycopg2-binary') ? ['psycopg2'] : []),
  ];
  const build = [
    ...new Set([
      ...like.flatMap((name) => nativePackages[name]?.build ?? []),
      ...(third.includes('build') ? ['libpq-dev'] : []),
    ]),
  ];
  const sourcesOnly = [...new Set([...withoutWheels(lockText), ...sourcesAlone.filter(isNamed)])];
  return {
    names: [...new Set([...known, ...ofOthers, ...(third.length > 0 ? ['psycopg'] : []), ...sourcesOnly, ...old])],
    compiles: build.length > 0 || old.length > 0 || sourcesOnly.length > 0 || like.includes('uwsgi'),
    build,
    run: [
      ...new Set([
        ...like.flatMap((name) => nativePackages[name]?.run ?? []),
        ...(third.includes('run') ? ['libpq5'] : []),
      ]),
    ],
  };
}

/** Packages of a lock file of uv or Poetry that have sources and no wheel. Pure ones need no compiler: that cannot be told from here. */
function withoutWheels(lock: string): string[] {
  return lock
    .split(/^\[\[package\]\]$/m)
    .filter((block) => /\.(?:tar\.gz|zip)"/.test(block) && !/\.whl"/.test(block))
    .flatMap((block) => /^name = "([^"]+)"/m.exec(block)?.[1] ?? []);
}
