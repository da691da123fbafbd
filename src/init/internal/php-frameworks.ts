import type { WritablePath } from '../plan.ts';

export interface Framework {
  readonly package: string;
  readonly name: string;
  readonly writable: readonly Pick<WritablePath, 'path' | 'why' | 'lasts'>[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly extensions: readonly string[];
}

export const frameworks: readonly Framework[] = [
  {
    package: 'laravel/framework',
    name: 'Laravel',
    writable: [
      { path: '/var/www/html/storage', why: 'Laravel keeps uploads, sessions and caches there', lasts: true },
      { path: '/var/www/html/bootstrap/cache', why: 'Laravel keeps what it has read of its configuration there' },
    ],
    environment: { APP_ENV: 'production', APP_DEBUG: 'false', LOG_CHANNEL: 'stderr', VIEW_COMPILED_PATH: '/tmp' },
    secrets: ['APP_KEY'],
    extensions: ['pdo_mysql'],
  },
  {
    package: 'symfony/framework-bundle',
    name: 'Symfony',
    writable: [{ path: '/var/www/html/var', why: 'Symfony keeps its cache and logs there' }],
    environment: { APP_ENV: 'prod', APP_DEBUG: '0' },
    secrets: ['APP_SECRET'],
    extensions: ['intl'],
  },
  { package: 'slim/slim', name: 'Slim', writable: [], environment: {}, secrets: [], extensions: [] },
  {
    package: 'codeigniter4/framework',
    name: 'CodeIgniter',
    writable: [{ path: '/var/www/html/writable', why: 'CodeIgniter keeps caches and sessions there' }],
    environment: { CI_ENVIRONMENT: 'production' },
    secrets: [],
    extensions: ['intl'],
  },
  {
    package: 'cakephp/cakephp',
    name: 'CakePHP',
    writable: [
      { path: '/var/www/html/tmp', why: 'CakePHP keeps its caches there' },
      { path: '/var/www/html/logs', why: 'CakePHP opens its logs there' },
    ],
    environment: {},
    secrets: ['SECURITY_SALT'],
    extensions: ['intl'],
  },
];

/** Extensions that the official image has already. */
export const builtIn =
  /^(?:core|ctype|curl|date|dom|fileinfo|filter|ftp|hash|iconv|json|libxml|mbstring|mysqlnd|openssl|pcre|pdo|pdo_sqlite|phar|posix|random|readline|reflection|session|simplexml|sodium|spl|sqlite3|standard|tokenizer|xml|xmlreader|xmlwriter|zlib|opcache)$/;

/** What other extensions need of Debian: to be compiled, and to run. */
export const libraries: Readonly<
  Record<string, { readonly build: readonly string[]; readonly run: readonly string[] }>
> = {
  intl: { build: ['libicu-dev'], run: [] },
  gd: { build: ['libpng-dev', 'libjpeg62-turbo-dev', 'libfreetype-dev'], run: [] },
  zip: { build: ['libzip-dev'], run: [] },
  pdo_pgsql: { build: ['libpq-dev'], run: [] },
  pgsql: { build: ['libpq-dev'], run: [] },
  gmp: { build: ['libgmp-dev'], run: [] },
  soap: { build: ['libxml2-dev'], run: [] },
  bcmath: { build: [], run: [] },
  exif: { build: [], run: [] },
  pcntl: { build: [], run: [] },
  sockets: { build: [], run: [] },
  pdo_mysql: { build: [], run: [] },
  mysqli: { build: [], run: [] },
};
