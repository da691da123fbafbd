import type { Detector, NotDecided, Place } from '../detector.ts';
import { findHealth } from '../internal/endpoints.ts';
import { procfileCommand } from '../internal/procfile.ts';
import { stagesOf } from '../internal/ruby-stages.ts';
import { railsSecrets, rubyVariables } from '../internal/ruby-variables.ts';
import { chooseRuby } from '../internal/ruby-version.ts';
import { splitCommand, withExec, withPort } from '../internal/shell-words.ts';
import type { Detection } from '../plan.ts';

export const detector: Detector = {
  language: 'Ruby',
  mayBe: (names) => names.has('Gemfile'),
  detect(place) {
    const gemfile = place.read('Gemfile') ?? '';
    const lock = place.read('Gemfile.lock');
    const has = (gem: string) =>
      new RegExp(`^[ \\t]*gem\\s*\\(?['"]${gem}['"]`, 'm').test(gemfile) ||
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
export const native: Readonly<Record<string, { readonly build: readonly string[]; readonly run: readonly string[] }>> =
  {
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
    asksForData: sqlite,
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
  const at = routes.search(/^[ \t]*get\s+["']up["']\s*=>\s*["']rails\/health#show/m);
  return at === -1 ? undefined : { path: '/up', evidence: `route in ${place.place('config/routes.rb', at + 1)}` };
}
