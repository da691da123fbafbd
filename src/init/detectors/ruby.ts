import { endOfLife } from '../../bases/end-of-life.ts';
import type { Detector, NotDecided, Place } from '../detector.ts';
import { findHealth, findInSources } from '../internal/endpoints.ts';
import { procfileCommand } from '../internal/procfile.ts';
import { splitCommand, withExec, withPort } from '../internal/shell-words.ts';
import { variable } from '../internal/variables.ts';
import { supportedLines } from '../internal/versions.ts';
import type { Detection, ImageStage, PlannedVariable, Step } from '../plan.ts';
import { placeIn } from '../repository.ts';

export const detector: Detector = {
  language: 'Ruby',
  mayBe: (names) => names.has('Gemfile'),
  detect(place) {
    const gemfile = place.read('Gemfile') ?? '';
    const lock = place.read('Gemfile.lock');
    const has = (gem: string) =>
      new RegExp(`^\\s*gem\\s*\\(?['"]${gem}['"]`, 'm').test(gemfile) ||
      new RegExp(`^ {4}${gem} \\(`, 'm').test(lock ?? '');
    const framework =
      has('rails') || has('railties')
        ? 'Rails'
        : has('sinatra')
          ? 'Sinatra'
          : has('hanami')
            ? 'Hanami'
            : has('roda')
              ? 'Roda'
              : has('grape')
                ? 'Grape'
                : place.has('config.ru')
                  ? 'Rack'
                  : undefined;
    // Jekyll and tools have a Gemfile, too.
    if (framework === undefined) return undefined;
    return detection(place, gemfile, lock, framework, has);
  },
};

/** What gems need of Debian: to be compiled, and to run. */
const native: Readonly<Record<string, { readonly build: readonly string[]; readonly run: readonly string[] }>> = {
  pg: { build: ['libpq-dev'], run: ['libpq5'] },
  mysql2: { build: ['default-libmysqlclient-dev'], run: ['libmariadb3'] },
  sqlite3: { build: ['libsqlite3-dev'], run: ['libsqlite3-0'] },
  psych: { build: ['libyaml-dev'], run: ['libyaml-0-2'] },
  rmagick: { build: ['libmagickwand-dev'], run: ['imagemagick'] },
  'ruby-vips': { build: [], run: ['libvips42t64'] },
  image_processing: { build: [], run: ['libvips42t64'] },
  charlock_holmes: { build: ['libicu-dev'], run: ['libicu76'] },
};

function detection(
  place: Place,
  gemfile: string,
  lock: string | undefined,
  framework: string,
  has: (gem: string) => boolean,
): Detection | NotDecided {
  const version = chooseRuby(place, gemfile, lock);
  const gems = Object.keys(native).filter(has);
  const start = startOf(place, framework, has);
  if (start === undefined)
    return {
      language: 'Ruby',
      undecided: `${framework} is there, and neither a Procfile nor config.ru nor a program at the top says how it starts.`,
      flag: '--start',
    };
  const port = place.choices.port ?? 3000;
  const words = withPort(start.words, port) ?? ['sh', '-c', withExec(start.words.join(' '))];
  const health = framework === 'Rails' ? railsHealth(place) : findHealth(place);
  const rails = framework === 'Rails';
  const sqlite = has('sqlite3') && !has('pg') && !has('mysql2');
  return {
    language: 'Ruby',
    framework,
    context: place.directory,
    version: undefined,
    decisions: [
      { topic: 'language', value: 'Ruby', evidence: place.place('Gemfile', 0) },
      { topic: 'framework', value: framework, evidence: place.place('Gemfile', framework.toLowerCase()) },
      { topic: 'version', value: version.version, evidence: version.evidence },
      { topic: 'package manager', value: 'Bundler', evidence: lock === undefined ? 'Gemfile' : 'Gemfile.lock' },
      ...(gems.length > 0
        ? [{ topic: 'native dependencies' as const, value: gems.join(', '), evidence: 'Gemfile.lock' }]
        : []),
      { topic: 'start', value: words.join(' '), evidence: start.evidence },
      { topic: 'port', value: String(port), evidence: place.choices.port ? '--port' : 'what the server is told' },
      ...(health ? [{ topic: 'health' as const, value: health.path, evidence: health.evidence }] : []),
    ],
    questions: [
      ...(lock === undefined
        ? [
            {
              question: 'There is no Gemfile.lock: each build takes the newest gems that fit. Commit one.',
              flag: undefined,
              assumed: 'bundle install',
            },
          ]
        : []),
      ...(version.old
        ? [
            {
              question: `The Gemfile asks for Ruby ${version.version}, which gets no security updates since ${version.old}, and Bundler refuses another one. Raise it.`,
              flag: '--runtime-version',
              assumed: version.version,
            },
          ]
        : []),
      ...(sqlite
        ? [
            {
              question:
                'SQLite keeps its file in the container, which is read-only, and each pod would have its own. Use a database server, or a volume and one replica.',
              flag: undefined,
              assumed: undefined,
            },
          ]
        : []),
    ],
    stages: stagesOf(place, version, gems, lock, rails, has),
    run: {
      command: words,
      commandEvidence: start.evidence,
      port,
      environment: {
        BUNDLE_WITHOUT: 'development:test',
        BUNDLE_DEPLOYMENT: '1',
        ...(rails
          ? { RAILS_ENV: 'production', RAILS_LOG_TO_STDOUT: '1', RAILS_SERVE_STATIC_FILES: '1' }
          : { RACK_ENV: 'production', APP_ENV: 'production' }),
        PORT: String(port),
      },
      user: 10001,
      userEvidence: 'a number without any rights; the image has no user for programs',
      writable: [
        { path: '/tmp', why: 'temporary files: uploads' },
        ...(rails
          ? [
              { path: '/app/tmp', why: 'Rails keeps its caches and PID there' },
              { path: '/app/log', why: 'Rails opens a log file there, whatever it logs to' },
            ]
          : []),
      ],
      health,
      startSeconds: 45,
      resources: { cpu: '100m', memory: '256Mi', memoryLimit: '768Mi' },
    },
    ignore: [
      {
        comment: 'Written by the program, or built in the image',
        patterns: [
          '/log/*',
          '/tmp/*',
          '/storage/*',
          '/public/assets',
          '/.bundle',
          '/vendor/bundle',
          '**/node_modules',
          '/coverage',
        ],
      },
      { comment: 'What lets someone in', patterns: ['/config/master.key', '/config/credentials/*.key'] },
    ],
    files: [],
    variables: [...rubyVariables(place), ...(rails ? railsSecrets(place) : [])],
  };
}

interface RubyVersion {
  readonly version: string;
  readonly evidence: string;
  /** The end of its support, when that is past. */
  readonly old: string | undefined;
}

function chooseRuby(place: Place, gemfile: string, lock: string | undefined): RubyVersion {
  const newest =
    supportedLines('Ruby', place.today)
      .filter((line) => !line.endsWith('.0'))
      .at(-1) ?? '3.4';
  const candidates: readonly (readonly [string | undefined, string])[] = [
    [place.choices.version, '--runtime-version'],
    [/^ruby\s*\(?['"](\d+\.\d+(?:\.\d+)?)['"]/m.exec(gemfile)?.[1], place.place('Gemfile', /^ruby\s/m)],
    [/^(?:ruby-)?(\d+\.\d+(?:\.\d+)?)/.exec(place.read('.ruby-version') ?? '')?.[1], '.ruby-version'],
    [/^RUBY VERSION\s+ruby (\d+\.\d+\.\d+)/m.exec(lock ?? '')?.[1], 'RUBY VERSION (Gemfile.lock)'],
    [/^ruby[ \t]+(\d\S*)/m.exec(place.read('.tool-versions') ?? '')?.[1], '.tool-versions'],
  ];
  const found = candidates.find(([version]) => version !== undefined);
  const version = found?.[0];
  if (version === undefined)
    return {
      version: newest,
      evidence: 'nothing in the project asks for a version: the newest settled one',
      old: undefined,
    };
  const ended = endOfLife('Ruby', version);
  return { version, evidence: found?.[1] ?? '', old: ended && ended.date < place.today ? ended.date : undefined };
}

function startOf(
  place: Place,
  framework: string,
  has: (gem: string) => boolean,
): { readonly words: readonly string[]; readonly evidence: string } | undefined {
  const { start } = place.choices;
  if (start !== undefined) return { words: splitCommand(start) ?? ['sh', '-c', withExec(start)], evidence: '--start' };
  const procfile = procfileCommand(place);
  if (procfile?.words && !procfile.words.some((word) => /\$\{?(?!PORT)/.test(word)))
    return { words: procfile.words, evidence: procfile.evidence };
  if (framework === 'Rails') {
    const puma = has('puma') && place.has('config/puma.rb');
    return puma
      ? { words: ['bundle', 'exec', 'puma', '--config', 'config/puma.rb'], evidence: 'config/puma.rb' }
      : { words: ['bundle', 'exec', 'rails', 'server', '--binding', '0.0.0.0', '--port', '$PORT'], evidence: 'Rails' };
  }
  if (place.has('config.ru'))
    return has('puma')
      ? { words: ['bundle', 'exec', 'puma', '--bind', 'tcp://0.0.0.0:$PORT'], evidence: 'config.ru' }
      : { words: ['bundle', 'exec', 'rackup', '--host', '0.0.0.0', '--port', '$PORT'], evidence: 'config.ru' };
  const file = ['app.rb', 'server.rb', 'main.rb', 'web.rb'].find((name) => place.has(name));
  return file
    ? { words: ['bundle', 'exec', 'ruby', file, '-o', '0.0.0.0', '-p', '$PORT'], evidence: `the file ${file}` }
    : undefined;
}

/** Rails 7.1 and later come with a route for health checks. */
function railsHealth(place: Place): { readonly path: string; readonly evidence: string } | undefined {
  const routes = place.read('config/routes.rb') ?? '';
  const at = routes.search(/^\s*get\s+["']up["']\s*=>\s*["']rails\/health#show/m);
  return at === -1 ? undefined : { path: '/up', evidence: `route in ${place.place('config/routes.rb', at + 1)}` };
}

function stagesOf(
  place: Place,
  version: RubyVersion,
  gems: readonly string[],
  lock: string | undefined,
  rails: boolean,
  has: (gem: string) => boolean,
): ImageStage[] {
  const run = [...new Set(gems.flatMap((gem) => native[gem]?.run ?? []))].sort();
  const assets = rails && (has('sprockets-rails') || has('propshaft') || has('sprockets') || has('importmap-rails'));
  const compile: Step[] = assets
    ? [
        {
          kind: 'run',
          comment: 'Assets for browsers; the key is a dummy, because none is needed to compile them',
          commands: ['SECRET_KEY_BASE_DUMMY=1 bundle exec rails assets:precompile'],
        },
      ]
    : [];
  const environment: Step = {
    kind: 'env',
    variables: {
      BUNDLE_WITHOUT: 'development:test',
      BUNDLE_DEPLOYMENT: '1',
      ...(rails ? { RAILS_ENV: 'production' } : { RACK_ENV: 'production' }),
    },
  };
  const lockFiles = [
    'Gemfile',
    ...(lock === undefined ? [] : ['Gemfile.lock']),
    ...(place.has('.ruby-version') && /\.ruby-version/.test(place.read('Gemfile') ?? '') ? ['.ruby-version'] : []),
  ];
  return [
    {
      name: 'build',
      base: `ruby:${version.version}`,
      comment: `Ruby ${version.version}: ${version.evidence}. The full image has the compiler that gems with C in them need; the one that ships does not`,
      steps: [
        { kind: 'workdir', path: '/app' },
        lock === undefined ? { ...environment, variables: { BUNDLE_WITHOUT: 'development:test' } } : environment,
        {
          kind: 'copy',
          comment: 'What says which gems are needed comes first: a change of the sources alone then installs nothing',
          sources: lockFiles,
          destination: './',
        },
        {
          kind: 'run',
          comment: 'The downloaded packages are not needed again',
          commands: ['bundle install', 'rm -rf "$BUNDLE_PATH"/ruby/*/cache vendor/bundle/ruby/*/cache'],
        },
        {
          kind: 'copy',
          comment: 'The sources, without what .dockerignore leaves out',
          sources: ['.'],
          destination: '.',
        },
        ...compile,
      ],
    },
    {
      name: undefined,
      base: `ruby:${version.version}-slim`,
      comment: 'The image that ships: the runtime, the gems, the sources',
      steps: [
        { kind: 'workdir', path: '/app' },
        ...(run.length > 0
          ? [
              {
                kind: 'run' as const,
                comment: `Libraries that gems load as they run: ${gems.join(', ')}`,
                commands: [
                  'apt-get update',
                  `apt-get install --yes --no-install-recommends ${run.join(' ')}`,
                  'rm -rf /var/lib/apt/lists/*',
                ],
              },
            ]
          : []),
        ...(lock === undefined
          ? [{ kind: 'copy' as const, from: 'build', sources: ['/usr/local/bundle'], destination: '/usr/local/bundle' }]
          : []),
        {
          kind: 'copy',
          from: 'build',
          sources: ['/app'],
          destination: '/app',
          // Rails writes below its own directory.
          ...(rails && { owner: '10001:10001' }),
        },
      ],
    },
  ];
}

function rubyVariables(place: Place): PlannedVariable[] {
  return place
    .sources()
    .flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /\bENV(?:\.fetch\(\s*|\[)["'](\w+)["']\s*(\]|\)|,\s*["']([^"']*)["'])?(\s*\|\|\s*["']([^"']*)["'])?/g,
        ),
      ].map((match) =>
        variable(
          match[1] ?? '',
          match[3] ?? match[5],
          match[0].includes('fetch') && match[2] === ')',
          placeIn(path, text, match.index),
        ),
      ),
    );
}

function railsSecrets(place: Place): PlannedVariable[] {
  const encrypted = place.has('config/credentials.yml.enc');
  const database =
    findInSources(place, /DATABASE_URL/) ??
    (place.has('config/database.yml') ? { evidence: 'config/database.yml' } : undefined);
  return [
    encrypted
      ? variable('RAILS_MASTER_KEY', undefined, false, 'config/credentials.yml.enc')
      : variable('SECRET_KEY_BASE', undefined, true, 'Rails, in production'),
    ...(database ? [variable('DATABASE_URL', undefined, false, database.evidence)] : []),
  ];
}
