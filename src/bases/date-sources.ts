/** The day on which the tables of end-of-life dates were last compared with their sources. */
export const datesKnownOn = '2026-11-24';

/** Who publishes the dates of a product, by the name that the tables have for it. */
const publishers: Readonly<Record<string, string>> = {
  Debian: 'https://wiki.debian.org/LTS',
  Ubuntu: 'https://ubuntu.com/about/release-cycle',
  'Alpine Linux': 'https://alpinelinux.org/releases/',
  'Node.js': 'https://github.com/nodejs/Release',
  nginx: 'https://nginx.org/en/CHANGES',
  Python: 'https://devguide.python.org/versions/',
  Go: 'https://go.dev/doc/devel/release',
  Ruby: 'https://www.ruby-lang.org/en/downloads/branches/',
  Tomcat: 'https://tomcat.apache.org/whichversion.html',
  PHP: 'https://www.php.net/eol.php',
  Java: 'https://adoptium.net/support/',
  '.NET': 'https://dotnet.microsoft.com/platform/support/policy',
  PostgreSQL: 'https://www.postgresql.org/support/versioning/',
};

/** Where the date of a product (`Node.js 20`) comes from; endoflife.date where its own project's page was not read. */
export function dateSource(product: string): string {
  const name = product.slice(0, product.lastIndexOf(' '));
  return (Object.hasOwn(publishers, name) ? publishers[name] : undefined) ?? 'https://endoflife.date/';
}
