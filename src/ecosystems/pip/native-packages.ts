/** What packages need of Debian: to be compiled, and to run. */
export const nativePackages: Readonly<
  Record<string, { readonly build: readonly string[]; readonly run: readonly string[] }>
> = {
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

/** Those of them that texts name: requirements, a project or a lock file, words of a command. `psycopg2-binary` is another package. */
export function nativePackagesNamed(texts: readonly string[]): string[] {
  const lines = texts.flatMap((text) => text.split('\n').map((line) => line.replace(/(?:^|\s)#.*$/, '')));
  return Object.keys(nativePackages).filter((name) => {
    const named = new RegExp(`(?:^|["'\\s])${name}(?![\\w.-])`, 'i');
    return lines.some((line) => named.test(line));
  });
}
