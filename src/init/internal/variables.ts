import { isTellingName, secretInVariable } from '../../core/secret-text.ts';
import type { Application } from '../../project/application.ts';
import type { Place } from '../detector.ts';
import type { PlannedVariable } from '../plan.ts';
import { join, placeIn } from '../repository.ts';

/** Set by the system, the runtime, the platform or the image itself. */
const alwaysThere =
  /^(?:PATH|HOME|HOSTNAME|USER|USERNAME|LOGNAME|PWD|SHELL|TERM|EDITOR|LANG|LC_\w+|TZ|TMPDIR|TMP|TEMP|CI|DYNO|HEROKU_\w+|VERCEL\w*|NETLIFY\w*|NO_COLOR|FORCE_COLOR|KUBERNETES_\w+|\w+_SERVICE_(?:HOST|PORT)|npm_\w+|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|NODE_ENV|NODE_OPTIONS|PORT|GOPATH|GOROOT|GOOS|GOARCH|PYTHON\w*|VIRTUAL_ENV|JAVA_HOME|VITEST\w*|JEST\w*|PYTEST\w*|XDG_\w+|APPDATA|LOCALAPPDATA|SystemRoot|windir|VITE_\w+|NEXT_PUBLIC_\w+|REACT_APP_\w+|NUXT_PUBLIC_\w+|PUBLIC_\w+|ANALYZE|NEXT_RUNTIME|DJANGO_SETTINGS_MODULE|MVNW_\w+|BUNDLE_GEMFILE|GO_WANT_\w+|SKIP_\w+|GITHUB_\w+|DRY_RUN|NODE_APP_INSTANCE|FLASK_DEBUG|FLASK_ENV|LISTEN_FDS|LISTEN_PID|NOTIFY_SOCKET|INVOCATION_ID|JOURNAL_STREAM)$/;

/** Addresses that usually hold a user and a password. */
const holdsLogin =
  /(?:^|_)(?:DATABASE|DB|POSTGRES(?:QL)?|PG|MYSQL|MARIADB|MONGO(?:DB|HQ|LAB)?|REDIS(?:CLOUD|TOGO)?|RABBITMQ|AMQP|CLOUDAMQP|CLEARDB|JAWSDB|ELASTICSEARCH|KAFKA|SMTP|SENTRY|JDBC_DATABASE)_?(?:URL|URI|DSN|CONNECTION(?:_?STRING)?)$|CONNECTION_?STRING|^DSN$|^(?:MONGO|DB)_?(?:URI|URL)$|WEBHOOK_URL$/i;

/** Keys that open all the rest. A setting that is taken for a secret does no harm, so here more counts as one than an audit says. */
const opensAll =
  /(?:^|_)(?:MASTER|ROOT|ADMIN|HMAC|COOKIES?|SESSIONS?|SIGNING|SIGNATURE|ENCRYPTION|ENCRYPT|CRYPTO|JWT|APP|LICEN[CS]E)_?KEYS?$|(?:^|_)(?:SALT|PEPPER|AUTHORIZATION_HEADER)$/i;

/** What the program reads of its environment, each name once; what only another program of the `whole` application reads is none of it. */
export function plannedVariables(
  place: Place,
  found: readonly PlannedVariable[] | undefined,
  given: ReadonlySet<string>,
  whole: Application | undefined = place.application,
): PlannedVariable[] {
  const byName = new Map<string, PlannedVariable>();
  const read = found ?? readBySources(place);
  const names = new Set(read.map(({ name }) => name));
  // Example files name what Compose and scripts read, too: they count where the sources do not show all that is read.
  const isShown = found === undefined && place.application?.readsOtherVariables === false && names.size > 0;
  const ofOthers = new Set(found === undefined ? whole?.variablesRead.map(({ name }) => name) : []);
  const examples = exampleValues(place).filter(({ name }) => names.has(name) || (!isShown && !ofOthers.has(name)));
  for (const variable of [...read, ...examples]) {
    const { name } = variable;
    if (alwaysThere.test(name) || given.has(name) || !/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) continue;
    const known = byName.get(name);
    byName.set(name, known ? merged(known, variable) : variable);
  }
  return [...byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function merged(known: PlannedVariable, other: PlannedVariable): PlannedVariable {
  const { value, evidence } = known.value === undefined && other.value !== undefined ? other : known;
  return { ...known, value, evidence, required: known.required || other.required };
}

function readBySources({ application, repository }: Place): PlannedVariable[] {
  const set = application?.variablesSet ?? new Set<string>();
  // What one read falls back to, another may take for not set: a value would change what that one does.
  const fallbacks = new Map<string, Set<string | undefined>>();
  for (const { name, fallback } of application?.variablesRead ?? [])
    fallbacks.set(name, (fallbacks.get(name) ?? new Set()).add(fallback));
  return (
    (application?.variablesRead ?? [])
      // Settings of tools may set what the program itself refuses to run without.
      .filter(({ name, required }) => required || !set.has(name))
      .map(({ name, path, range, fallback, required, optional, conditional }) =>
        variable(
          name,
          fallbacks.get(name)?.size === 1 ? fallback : undefined,
          (required && conditional !== true && !optional) || isKeyOfDjango(repository.read(path) ?? '', name),
          placeIn(path, repository.read(path), range.start),
        ),
      )
  );
}

/** Django refuses to work with an empty key: a variable that is all it has is not optional. */
function isKeyOfDjango(text: string, name: string): boolean {
  return (
    /^\w+$/.test(name) &&
    /^INSTALLED_APPS\b/m.test(text) &&
    new RegExp(`^SECRET_KEY\\s*=\\s*(?:os\\.)?(?:environ\\.get|getenv)\\(\\s*["']${name}["']\\s*\\)`, 'm').test(text)
  );
}

/** A variable, told secret or not by its name and value. A secret's value is not kept. */
export function variable(
  name: string,
  value: string | undefined,
  required: boolean,
  evidence: string,
): PlannedVariable {
  const secret =
    isTellingName(name) ||
    holdsLogin.test(name) ||
    opensAll.test(name) ||
    (value !== undefined && secretInVariable(name, value) !== undefined);
  return { name, secret, value: secret ? undefined : value, required, evidence };
}

const exampleNames = [
  '.env.example',
  '.env.sample',
  '.env.template',
  '.env.dist',
  'env.example',
  'sample.env',
  '.env.local.example',
];

/** Place-holders, and what is right on a developer's machine alone: paths of files there, and its own address. */
const ofADeveloper = /[<>{}$]|your|change|xxx|^(?:~|\.{1,2})?\/|\b(?:localhost|127\.0\.0\.1)\b/i;

function exampleValues({ read, directory }: Place): PlannedVariable[] {
  for (const name of exampleNames) {
    const text = read(name);
    if (text === undefined) continue;
    return [...text.matchAll(/^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(.*)$/gm)].map((match) => {
      const behind = (match[2] ?? '').trim();
      const written = /^(["'])(.*?)\1/.exec(behind)?.[2] ?? behind.replace(/(?:^|\s+)#.*$/, '');
      const usable = written === '' || ofADeveloper.test(written) ? undefined : written;
      return variable(match[1] ?? '', usable, false, placeIn(join(directory, name), text, match.index));
    });
  }
  return [];
}
