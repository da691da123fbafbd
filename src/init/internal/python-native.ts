import type { PythonPackages } from './python-packages.ts';

/** What packages need of Debian: to be compiled, and to run. */
const native: Readonly<Record<string, { readonly build: readonly string[]; readonly run: readonly string[] }>> = {
  psycopg2: { build: ['libpq-dev'], run: ['libpq5'] },
  mysqlclient: { build: ['default-libmysqlclient-dev', 'pkg-config'], run: ['libmariadb3'] },
  'python-ldap': { build: ['libldap2-dev', 'libsasl2-dev'], run: ['libldap2', 'libsasl2-2'] },
  uwsgi: { build: [], run: ['libxml2'] },
  pycairo: { build: ['libcairo2-dev', 'pkg-config'], run: ['libcairo2'] },
  weasyprint: { build: [], run: ['libpango-1.0-0', 'libpangoft2-1.0-0', 'libharfbuzz-subset0'] },
  pyodbc: { build: ['unixodbc-dev'], run: ['unixodbc'] },
  'opencv-python': { build: [], run: ['libgl1', 'libglib2.0-0'] },
  gdal: { build: ['libgdal-dev'], run: ['libgdal36'] },
};

export interface PythonNative {
  readonly names: readonly string[];
  /** Something is compiled as it is installed. */
  readonly compiles: boolean;
  readonly build: readonly string[];
  readonly run: readonly string[];
}

export function pythonNative({ dependencies, lockText }: PythonPackages): PythonNative {
  const known = Object.keys(native).filter(
    (name) => dependencies.has(name) || new RegExp(`^(?:name = ")?${name}(?:"|==)`, 'mi').test(lockText),
  );
  const build = [...new Set(known.flatMap((name) => native[name]?.build ?? []))];
  const sourcesOnly = withoutWheels(lockText);
  return {
    names: [...new Set([...known, ...sourcesOnly])],
    compiles: build.length > 0 || sourcesOnly.length > 0 || known.includes('uwsgi'),
    build,
    run: [...new Set(known.flatMap((name) => native[name]?.run ?? []))],
  };
}

/** Packages of a lock file of uv or Poetry that have sources and no wheel. Pure ones need no compiler: that cannot be told from here. */
function withoutWheels(lock: string): string[] {
  return lock
    .split(/^\[\[package\]\]$/m)
    .filter((block) => /\.(?:tar\.gz|zip)"/.test(block) && !/\.whl"/.test(block))
    .flatMap((block) => /^name = "([^"]+)"/m.exec(block)?.[1] ?? []);
}
