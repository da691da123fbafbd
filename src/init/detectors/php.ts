import { parseJsonObject, textFieldsOf } from '../../core/json-object.ts';
import type { Detector, Place } from '../detector.ts';
import { apacheModules } from '../internal/apache-modules.ts';
import { findHealth } from '../internal/endpoints.ts';
import { readNodePackage, scriptPlace } from '../internal/node-package.ts';
import { usedExtensions } from '../internal/php-extensions.ts';
import { builtIn, type Framework, frameworks, libraries } from '../internal/php-frameworks.ts';
import { stagesOf } from '../internal/php-stages.ts';
import { frameworkWritten, phpWritten } from '../internal/php-written.ts';
import { procfileCommand } from '../internal/procfile.ts';
import { variable } from '../internal/variables.ts';
import { chooseVersion, fitsRange, supportedLines } from '../internal/versions.ts';
import type { Detection, PlannedVariable, Question } from '../plan.ts';
import { directoryOf, join, placeIn } from '../repository.ts';

export const port = 8080;

const home = '/var/www/html';

export const detector: Detector = {
  language: 'PHP',
  mayBe: (names) => names.has('composer.json') || names.has('index.php') || onlyPage(names) !== undefined,
  detect(place) {
    const manifest = place.read('composer.json');
    const isPage = manifest === undefined && !place.has('index.php');
    // Deeper it is a snippet or a plugin of something else.
    if (isPage && place.directory !== '') return undefined;
    if (manifest === undefined && isPart(place)) return undefined;
    const requires = requiresOf(manifest ?? '{}');
    const composer = installs(place, manifest, requires) ? manifest : undefined;
    const framework = frameworks.find(({ package: name }) => requires.has(name));
    const documentRoot = documentRootOf(place);
    if (documentRoot === undefined) return undefined;
    return detection(place, composer, requires, framework, documentRoot);
  },
};

/** Of a program that is one file, its name: there is no other PHP beside it. */
function onlyPage(names: ReadonlySet<string>): string | undefined {
  const [page = '', ...others] = [...names].filter((name) => /\.php$/i.test(name));
  const isPage = /^[\w-]+\.php$/.test(page) && !/^(?:config|settings|translat|lang)/.test(page);
  return isPage && others.length === 0 ? page : undefined;
}

/** Names in `require` that are no packages. */
const ofThePlatform = /^(?:php(?:-\w+)?|hhvm|ext-.+|lib-.+|composer(?:-.+-api)?)$/;

/** Whether packages have to be installed: what is committed with the sources, or needs none, is there already. */
function installs(place: Place, composer: string | undefined, requires: ReadonlyMap<string, string>): boolean {
  if (composer === undefined || place.has('vendor/autoload.php')) return false;
  return (
    [...requires.keys()].some((name) => !ofThePlatform.test(name)) || parseJsonObject(composer)?.autoload !== undefined
  );
}

const manifests: readonly string[] = [
  'composer.json',
  'index.php',
  'package.json',
  'go.mod',
  'Cargo.toml',
  'pom.xml',
  'build.gradle',
  'build.gradle.kts',
  'pyproject.toml',
  'requirements.txt',
  'Gemfile',
];

/** Pages of an application above: its document root, or examples. */
function isPart({ repository, directory }: Place): boolean {
  for (let at = directory; at !== ''; ) {
    at = directoryOf(at);
    if (manifests.some((name) => repository.has(join(at, name)))) return true;
  }
  return false;
}

function requiresOf(text: string): ReadonlyMap<string, string> {
  return textFieldsOf(parseJsonObject(text)?.require);
}

/** Where the web server begins: the directory with index.php. */
interface DocumentRoot {
  readonly path: string;
  /** What a directory shows, where it is not index.php. */
  readonly page?: string;
  readonly evidence: string;
}

function documentRootOf(place: Place): DocumentRoot | undefined {
  const named = /\b(?:heroku-php-(?:apache2|nginx)|apache2|nginx)\b.*?\s([\w./-]+?)\/?$/.exec(
    procfileCommand(place)?.line ?? '',
  )?.[1];
  if (named && !named.startsWith('-') && place.has(`${named}/index.php`)) return { path: named, evidence: 'Procfile' };
  const path = ['public', 'web', 'webroot', 'htdocs', 'www', ''].find((each) =>
    place.has(each === '' ? 'index.php' : `${each}/index.php`),
  );
  const page = onlyPage(place.names);
  if (path === undefined && page !== undefined && !place.has('composer.json'))
    return { path: '', page, evidence: page };
  return path === undefined ? undefined : { path, evidence: path === '' ? 'index.php' : `${path}/index.php` };
}

/** What a developer lets Composer believe of the platform bounds nothing. */
function withoutOverrides(lock: string): string {
  return lock.replace(/"platform-overrides": \{[^}]*\}/, '');
}

function detection(
  place: Place,
  composer: string | undefined,
  requires: ReadonlyMap<string, string>,
  framework: Framework | undefined,
  documentRoot: DocumentRoot,
): Detection {
  // What the packages of the lock file need bounds it, too.
  const locked = place.choices.version
    ? []
    : [...withoutOverrides(place.read('composer.lock') ?? '').matchAll(/^[ \t]+"php": "([^"]+)"/gm)].map(
        ([, range = '']) => range.replace(/\s*\|+\s*/g, ' || '),
      );
  const asked = place.choices.version ?? requires.get('php') ?? (locked.length > 0 ? '*' : undefined);
  const fitsLocked = (line: string) => locked.every((each) => fitsRange(each, line));
  // Packages of which no supported release fits all bound nothing: of what composer.json takes the newest is right.
  const isBound = supportedLines('PHP', place.today).some(fitsLocked);
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
      fits: (range, line) => fitsRange(range, line) && (!isBound || fitsLocked(line)),
    },
  );
  const used = usedExtensions(place);
  const extensions = [
    ...new Set([
      ...used,
      ...[...requires.keys()]
        .filter((name) => name.startsWith('ext-'))
        .map((name) =>
          name
            .slice(4)
            .toLowerCase()
            .replace(/^zend-/, ''),
        ),
      ...((framework?.name === 'Laravel' ? databaseExtensions(place) : undefined) ?? framework?.extensions ?? []),
    ]),
  ].filter((name) => !builtIn.test(name));
  const known = extensions.filter((name) => libraries[name] !== undefined);
  const others = extensions.filter((name) => libraries[name] === undefined);
  const health = findHealth(place);
  const written =
    framework === undefined
      ? { ...phpWritten(place, home), copied: [] }
      : frameworkWritten(place, home, framework.writable);
  return {
    language: 'PHP',
    framework: framework?.name,
    context: place.directory,
    version: undefined,
    decisions: [
      {
        topic: 'language',
        value: 'PHP',
        evidence: place.has('composer.json') ? place.place('composer.json', 0) : documentRoot.evidence,
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
              evidence: known.every((name) => used.includes(name))
                ? 'extensions whose functions the sources call'
                : 'extensions that composer.json, the framework or the sources ask for',
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
      ...filesForBrowsers(place),
      ...written.questions,
    ],
    stages: stagesOf(place, composer, version, known, {
      page: documentRoot.page,
      owned: written.copied,
      modules: apacheModules(place, documentRoot.path),
    }),
    run: {
      command: ['apache2-foreground'],
      commandEvidence: 'the command of the image',
      port: place.choices.port ?? port,
      environment: {
        APACHE_DOCUMENT_ROOT: `${home}${documentRoot.path === '' ? '' : `/${documentRoot.path}`}`,
        ...framework?.environment,
      },
      user: 33,
      userEvidence: 'the user www-data of the image',
      writable: [
        { path: '/tmp', why: 'temporary files: uploads, sessions' },
        { path: '/var/run/apache2', why: 'Apache keeps its PID there' },
        { path: '/var/lock/apache2', why: 'Apache keeps its locks there' },
        ...written.writable,
      ],
      health,
      startSeconds: 15,
      resources: { cpu: '100m', memory: '128Mi', memoryLimit: '512Mi' },
    },
    ignore: [
      {
        comment: 'Installed in the image',
        patterns: [...(place.has('vendor/autoload.php') ? [] : ['/vendor']), '**/node_modules'],
      },
      {
        comment: 'Written by the program',
        patterns:
          framework?.name === 'Laravel'
            ? ['/storage/logs/*.log', '/storage/framework/cache/data/*', '/bootstrap/cache/*.php']
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

/** The driver of the database that Laravel's example of its settings names, which is what the application was made with. */
function databaseExtensions(place: Place): readonly string[] | undefined {
  const named = /^DB_CONNECTION=["']?(\w+)/m.exec(place.read('.env.example') ?? '')?.[1];
  switch (named) {
    case 'pgsql':
      return ['pdo_pgsql'];
    case 'mysql':
    case 'mariadb':
      return ['pdo_mysql'];
    case 'sqlite':
      return [];
    default:
      return undefined;
  }
}

/** What Vite, Mix or Encore make of the sources for browsers is not committed, and without it every page of the framework is an error. */
function filesForBrowsers(place: Place): readonly Question[] {
  const manifest = readNodePackage(place.repository, join(place.directory, 'package.json'));
  const script = ['build', 'production', 'prod'].find((name) =>
    /\b(?:vite|mix|encore|webpack)\b/.test(manifest?.scripts.get(name) ?? ''),
  );
  if (manifest === undefined || script === undefined) return [];
  if (['public/build/manifest.json', 'public/mix-manifest.json'].some((path) => place.has(path))) return [];
  return [
    {
      question: `The script ${script} (${scriptPlace(manifest, script)}) makes files for browsers, and this image does not make them. Add a stage with Node.js that runs it and copy public/build from there, or run it before the build.`,
      flag: undefined,
      assumed: undefined,
    },
  ];
}
