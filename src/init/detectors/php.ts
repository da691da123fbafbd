import type { Detector, Place } from '../detector.ts';
import { findHealth } from '../internal/endpoints.ts';
import { procfileCommand } from '../internal/procfile.ts';
import { variable } from '../internal/variables.ts';
import { type ChosenVersion, chooseVersion, fitsRange } from '../internal/versions.ts';
import type { Detection, ImageStage, PlannedVariable, Step } from '../plan.ts';
import { directoryOf, join, placeIn } from '../repository.ts';

const port = 8080;

export const detector: Detector = {
  language: 'PHP',
  mayBe: (names) => names.has('composer.json') || names.has('index.php'),
  detect(place) {
    const composer = place.read('composer.json');
    if (composer === undefined && isPart(place)) return undefined;
    const requires = requiresOf(composer ?? '{}');
    const framework = frameworks.find(({ package: name }) => requires.has(name));
    const documentRoot = documentRootOf(place);
    if (documentRoot === undefined) return undefined;
    return detection(place, composer, requires, framework, documentRoot);
  },
};

/** Pages of an application above: its document root, or examples. */
function isPart({ repository, directory }: Place): boolean {
  for (let at = directory; at !== ''; ) {
    at = directoryOf(at);
    if (['composer.json', 'index.php', 'package.json'].some((name) => repository.has(join(at, name)))) return true;
  }
  return false;
}

interface Framework {
  readonly package: string;
  readonly name: string;
  readonly writable: readonly { readonly path: string; readonly why: string }[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly extensions: readonly string[];
}

const frameworks: readonly Framework[] = [
  {
    package: 'laravel/framework',
    name: 'Laravel',
    writable: [
      { path: '/var/www/html/storage', why: 'Laravel keeps sessions, caches and compiled views there' },
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

function requiresOf(text: string): ReadonlyMap<string, string> {
  try {
    const json: unknown = JSON.parse(text);
    if (
      typeof json !== 'object' ||
      json === null ||
      !('require' in json) ||
      typeof json.require !== 'object' ||
      json.require === null
    )
      return new Map();
    return new Map(
      Object.entries(json.require).flatMap(([name, version]) =>
        typeof version === 'string' ? [[name, version] as const] : [],
      ),
    );
  } catch {
    return new Map();
  }
}

/** Where the web server begins: the directory with index.php. */
function documentRootOf(place: Place): { readonly path: string; readonly evidence: string } | undefined {
  const named = /\b(?:heroku-php-(?:apache2|nginx)|apache2|nginx)\b.*?\s([\w./-]+?)\/?$/.exec(
    procfileCommand(place)?.line ?? '',
  )?.[1];
  if (named && !named.startsWith('-') && place.has(`${named}/index.php`)) return { path: named, evidence: 'Procfile' };
  const path = ['public', 'web', 'webroot', 'htdocs', 'www', ''].find((each) =>
    place.has(each === '' ? 'index.php' : `${each}/index.php`),
  );
  return path === undefined ? undefined : { path, evidence: path === '' ? 'index.php' : `${path}/index.php` };
}

/** Extensions that the official image has already. */
const builtIn =
  /^(?:core|ctype|curl|date|dom|fileinfo|filter|ftp|hash|iconv|json|libxml|mbstring|mysqlnd|openssl|pcre|pdo|pdo_sqlite|phar|posix|random|readline|reflection|session|simplexml|sodium|spl|sqlite3|standard|tokenizer|xml|xmlreader|xmlwriter|zlib|opcache)$/;
/** What other extensions need of Debian: to be compiled, and to run. */
const libraries: Readonly<Record<string, { readonly build: readonly string[]; readonly run: readonly string[] }>> = {
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

function detection(
  place: Place,
  composer: string | undefined,
  requires: ReadonlyMap<string, string>,
  framework: Framework | undefined,
  documentRoot: { readonly path: string; readonly evidence: string },
): Detection {
  // What the packages of the lock file need bounds it, too.
  const locked = place.choices.version
    ? []
    : [...(place.read('composer.lock') ?? '').matchAll(/^\s+"php": "([^"]+)"/gm)].map(([, range = '']) =>
        range.replace(/\s*\|+\s*/g, ' || '),
      );
  const asked = place.choices.version ?? requires.get('php') ?? (locked.length > 0 ? '*' : undefined);
  const version = chooseVersion(
    'PHP',
    asked === undefined
      ? undefined
      : {
          range: asked.replace(/\s*\|+\s*/g, ' || '),
          evidence: place.choices.version
            ? '--runtime-version'
            : `require.php (${place.place('composer.json', '"php"')})`,
        },
    {
      today: place.today,
      fits: (range, line) => fitsRange(range, line) && locked.every((each) => fitsRange(each, line)),
    },
  );
  const extensions = [
    ...new Set([
      ...[...requires.keys()].filter((name) => name.startsWith('ext-')).map((name) => name.slice(4).toLowerCase()),
      ...(framework?.extensions ?? []),
    ]),
  ].filter((name) => !builtIn.test(name));
  const known = extensions.filter((name) => libraries[name] !== undefined);
  const others = extensions.filter((name) => libraries[name] === undefined);
  const health = findHealth(place);
  return {
    language: 'PHP',
    framework: framework?.name,
    context: place.directory,
    version: undefined,
    decisions: [
      {
        topic: 'language',
        value: 'PHP',
        evidence: composer === undefined ? documentRoot.evidence : place.place('composer.json', 0),
      },
      ...(framework
        ? [
            {
              topic: 'framework' as const,
              value: framework.name,
              evidence: place.place('composer.json', framework.package),
            },
          ]
        : []),
      { topic: 'version', value: version.version, evidence: version.evidence },
      ...(composer === undefined
        ? []
        : [
            {
              topic: 'package manager' as const,
              value: 'Composer',
              evidence: place.has('composer.lock') ? 'composer.lock' : 'composer.json',
            },
          ]),
      ...(known.length > 0
        ? [
            {
              topic: 'native dependencies' as const,
              value: known.join(', '),
              evidence: 'extensions that composer.json or the framework asks for',
            },
          ]
        : []),
      { topic: 'start', value: `Apache, ${documentRoot.path || '.'}`, evidence: documentRoot.evidence },
      { topic: 'port', value: String(place.choices.port ?? port), evidence: 'what Apache is told' },
      ...(health ? [{ topic: 'health' as const, value: health.path, evidence: health.evidence }] : []),
    ],
    questions: [
      ...(composer !== undefined && !place.has('composer.lock')
        ? [
            {
              question: 'There is no composer.lock: each build takes the newest packages that fit. Commit one.',
              flag: undefined,
              assumed: 'composer install',
            },
          ]
        : []),
      ...others.map((name) => ({
        question: `The extension ${name} is asked for, and how it is built is not known here: add it to the Dockerfile.`,
        flag: undefined,
        assumed: undefined,
      })),
    ],
    stages: stagesOf(place, composer, version, known),
    run: {
      command: ['apache2-foreground'],
      commandEvidence: 'the command of the image',
      port: place.choices.port ?? port,
      environment: {
        APACHE_DOCUMENT_ROOT: `/var/www/html${documentRoot.path === '' ? '' : `/${documentRoot.path}`}`,
        ...framework?.environment,
      },
      user: 33,
      userEvidence: 'the user www-data of the image',
      writable: [
        { path: '/tmp', why: 'temporary files: uploads, sessions' },
        { path: '/var/run/apache2', why: 'Apache keeps its PID there' },
        { path: '/var/lock/apache2', why: 'Apache keeps its locks there' },
        ...(framework?.writable ?? []),
      ],
      health,
      startSeconds: 15,
      resources: { cpu: '100m', memory: '128Mi', memoryLimit: '512Mi' },
    },
    ignore: [
      { comment: 'Installed in the image', patterns: ['/vendor', '**/node_modules'] },
      {
        comment: 'Written by the program',
        patterns:
          framework?.name === 'Laravel'
            ? ['/storage/logs/*', '/storage/framework/cache/*', '/bootstrap/cache/*.php']
            : framework?.name === 'Symfony'
              ? ['/var']
              : [],
      },
    ],
    files: [],
    variables: [
      ...phpVariables(place),
      ...(framework?.secrets ?? [])
        .map((name) => variable(name, undefined, true, `${framework?.name}`))
        .map((each) => ({ ...each, secret: true })),
    ],
  };
}

function stagesOf(
  place: Place,
  composer: string | undefined,
  version: ChosenVersion,
  extensions: readonly string[],
): ImageStage[] {
  const build = [...new Set(extensions.flatMap((name) => libraries[name]?.build ?? []))].sort();
  const lock = place.has('composer.lock');
  const packages: ImageStage[] =
    composer === undefined
      ? []
      : [
          {
            name: 'packages',
            base: 'composer:2',
            comment: 'Packages, without those for development. Extensions are in the image that ships, not in this one',
            steps: [
              { kind: 'workdir', path: '/app' },
              {
                kind: 'copy',
                comment:
                  'What says which packages are needed comes first: a change of the sources alone then installs nothing',
                sources: [
                  'composer.json',
                  ...(lock ? ['composer.lock'] : []),
                  ...(place.has('symfony.lock') ? ['symfony.lock'] : []),
                ],
                destination: './',
              },
              {
                kind: 'run',
                mounts: ['type=cache,target=/tmp/cache'],
                commands: [
                  'composer install --no-dev --no-interaction --no-progress --no-scripts --no-autoloader --prefer-dist --ignore-platform-reqs',
                ],
              },
              { kind: 'copy', sources: ['.'], destination: '.' },
              {
                kind: 'run',
                comment: 'The classes of the sources are found without looking for files',
                commands: ['composer dump-autoload --no-dev --no-scripts --optimize --ignore-platform-reqs'],
              },
            ],
          },
        ];
  const install: Step[] =
    extensions.length === 0
      ? []
      : [
          {
            kind: 'run',
            comment: `Extensions that composer.json or the framework asks for. What compiles them goes again; the libraries that they load stay`,
            commands: [
              ...(build.length > 0
                ? ['apt-get update', `apt-get install --yes --no-install-recommends ${build.join(' ')}`]
                : []),
              `docker-php-ext-install -j"$(nproc)" ${extensions.join(' ')}`,
              ...(build.length > 0 ? ['rm -rf /var/lib/apt/lists/*'] : []),
            ],
          },
        ];
  return [
    ...packages,
    {
      name: undefined,
      base: `php:${version.version}-apache`,
      comment: `PHP ${version.version}: ${version.evidence}`,
      steps: [
        { kind: 'workdir', path: '/var/www/html' },
        ...install,
        {
          kind: 'run',
          comment: `Port ${place.choices.port ?? port}, which needs no rights; addresses that are no file go to index.php; settings for production`,
          commands: [
            `sed -i 's/Listen 80$/Listen ${place.choices.port ?? port}/' /etc/apache2/ports.conf`,
            `sed -i 's/:80>/:${place.choices.port ?? port}>/; s|/var/www/html|\${APACHE_DOCUMENT_ROOT}|' /etc/apache2/sites-available/000-default.conf`,
            "printf '%s\\n' 'ServerName localhost' 'FallbackResource /index.php' >> /etc/apache2/conf-available/docker-php.conf",
            'mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini"',
          ],
        },
        composer === undefined
          ? {
              kind: 'copy',
              comment: 'They belong to root: the program runs as another user and cannot change itself',
              sources: ['.'],
              destination: '.',
            }
          : {
              kind: 'copy',
              comment: 'They belong to root: the program runs as another user and cannot change itself',
              from: 'packages',
              sources: ['/app'],
              destination: './',
            },
      ],
    },
  ];
}

function phpVariables(place: Place): PlannedVariable[] {
  return place.sources().flatMap(({ path, text }) =>
    [
      ...text.matchAll(
        /\b(?:getenv|env)\(\s*['"]([A-Z][A-Z0-9_]*)['"]\s*(?:,\s*['"]([^'"]*)['"])?|\$_(?:ENV|SERVER)\[\s*['"]([A-Z][A-Z0-9_]*)['"]\s*\]/g,
      ),
    ]
      .map((match) => ({ name: match[1] ?? match[3] ?? '', fallback: match[2], at: match.index }))
      .filter(
        ({ name }) =>
          !/^(?:HTTP_|REQUEST_|SERVER_|REMOTE_|SCRIPT_|QUERY_|DOCUMENT_|PATH_|PHP_|HTTPS$|argv|APP_DEBUG$|APP_ENV$)/.test(
            name,
          ),
      )
      .map(({ name, fallback, at }) => variable(name, fallback, false, placeIn(path, text, at))),
  );
}
