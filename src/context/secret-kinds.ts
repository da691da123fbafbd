import { secretInVariable } from '../core/secret-text.ts';
import type { JunkKind } from './junk-kind.ts';

const why = 'Whoever has the image, or its build cache, can read it.';

/**
 * Files that let someone in. A name alone is not enough: each is looked into, and what lies among tests or examples is taken for made up.
 * What is found in them is never kept.
 */
export const secretKinds: readonly JunkKind[] = [
  {
    id: 'private-key',
    what: 'a private key',
    why,
    area: 'secrets',
    ignore: ['**/*.pem', '**/*.key', '**/id_rsa', '**/id_ecdsa', '**/id_ed25519'],
    files: ['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519'],
    suffixes: ['.pem', '.key', '.ppk'],
    when: (entry, _, around) =>
      isReal(entry.path) &&
      someLine(around.readStart(entry.path), /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----|^PuTTY-User-Key-File/),
  },
  {
    id: 'key-store',
    what: 'a key store',
    why,
    area: 'secrets',
    ignore: ['**/*.p12', '**/*.pfx', '**/*.jks', '**/*.keystore'],
    suffixes: ['.p12', '.pfx', '.jks', '.keystore'],
    when: (entry) =>
      isReal(entry.path) && !/(?:^|\/)(?:debug|[^/]*(?:trust|cacert)[^/]*)\.[a-z0-9]+$/i.test(entry.path),
  },
  {
    id: 'environment-file',
    what: 'an environment file with values',
    why,
    area: 'secrets',
    ignore: ['**/.env', '**/.env.local', '**/.env.*.local'],
    files: ['.env', '.env.local', '.env.development.local', '.env.production.local', '.env.test.local'],
    when: (entry, _, around) =>
      isReal(entry.path) &&
      (around.isGitIgnored(entry.path) ? hasSetting : hasSecretSetting)(around.readStart(entry.path)),
  },
  {
    id: 'environment-file-ignored-by-git',
    what: 'an environment file that git ignores',
    why,
    area: 'secrets',
    ignore: ['**/.env.production', '**/.env.staging', '**/.env.development'],
    files: ['.env.production', '.env.prod', '.env.staging', '.env.development', '.env.dev'],
    // Committed files of these names are public configuration in many front-end frameworks.
    when: (entry, _, around) => isReal(entry.path) && around.isGitIgnored(entry.path),
  },
  {
    id: 'cloud-credentials',
    what: 'credentials of a cloud account',
    why,
    area: 'secrets',
    ignore: ['**/.aws', '**/*service-account*.json', '**/*credentials*.json'],
    files: [
      'credentials',
      'credentials.json',
      'key.json',
      'gcp-key.json',
      'service-account.json',
      'serviceAccountKey.json',
    ],
    suffixes: ['service-account.json', 'credentials.json'],
    when: (entry, _, around) =>
      isReal(entry.path) &&
      someLine(
        around.readStart(entry.path),
        /aws_secret_access_key {0,9}= {0,9}\S|"private_key" {0,9}: {0,9}"-----BEGIN|"client_secret" {0,9}: {0,9}"[^"]{8}/,
      ),
  },
  {
    id: 'package-token',
    what: 'a token for a package registry',
    why,
    area: 'secrets',
    ignore: ['**/.npmrc', '**/.yarnrc.yml', '**/.pypirc'],
    files: ['.npmrc', '.yarnrc.yml', '.pypirc', 'auth.json', 'pip.conf'],
    when: (entry, _, around) => isReal(entry.path) && hasToken(around.readStart(entry.path)),
  },
  {
    id: 'login-file',
    what: 'a file with logins',
    why,
    area: 'secrets',
    ignore: ['**/.netrc', '**/.git-credentials', '**/.pgpass', '**/.dockercfg', '**/.docker/config.json'],
    files: ['.netrc', '_netrc', '.git-credentials', '.pgpass', '.my.cnf', '.dockercfg', 'config.json'],
    when: (entry, _, around) => isReal(entry.path) && isLogin(entry.path, around.readStart(entry.path)),
  },
  {
    id: 'cluster-login',
    what: 'the login to a Kubernetes cluster',
    why,
    area: 'secrets',
    ignore: ['**/.kube', '**/kubeconfig'],
    files: ['kubeconfig', 'kubeconfig.yaml', 'kubeconfig.yml', 'config'],
    suffixes: ['.kubeconfig'],
    when: (entry, parent, around) =>
      isReal(entry.path) &&
      (!entry.path.endsWith('config') || parent.endsWith('.kube') || entry.path.endsWith('kubeconfig')) &&
      someLine(around.readStart(entry.path), /^ *(?:client-key-data|token|password): *\S/),
  },
  {
    id: 'terraform-state',
    what: 'a Terraform state',
    why: 'It holds the values of all resources in plain text, passwords too.',
    area: 'secrets',
    ignore: ['**/*.tfstate', '**/*.tfstate.*'],
    suffixes: ['.tfstate', '.tfstate.backup'],
    when: (entry) => isReal(entry.path),
  },
];

/**
 * Only what is test code by its name: an environment called `payments-test` or `testing` has real keys, which are judged by where they lie
 * (`severityOfSecretIn`).
 */
const madeUp =
  /(?:^|\/)(?:tests?|cypress|src\/e2e|(?:[\w-]{1,60}[-_.]tests|(?:unit|integration|functional|acceptance|system|smoke|e2e)[-_]?test)|test[-_]?(?:data|files|fixtures|resources?)|fixtures?|__tests__|__fixtures__|specs?|examples?|samples?|mocks?|demos?|docs|node_modules|vendor|site-packages|bower_components)\/|^e2e\//;

function isReal(path: string): boolean {
  return !madeUp.test(path.toLowerCase());
}

const longestLine = 4000;

/** Looks at each line by itself, and at none that is too long to be meant, so that time stays linear. */
function someLine(text: string, pattern: RegExp): boolean {
  return text.split('\n').some((line) => line.length <= longestLine && pattern.test(line));
}

const setting = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=(["']?)([^\s#].*?)\2\s*$/;

/** Of a file that git ignores, the values are the developer's own. */
function hasSetting(text: string): boolean {
  return someLine(text, setting);
}

/** One that is committed often holds nothing but public defaults. */
function hasSecretSetting(text: string): boolean {
  return text.split('\n').some((line) => {
    const [, name, , value] = (line.length <= longestLine && setting.exec(line)) || [];
    return name !== undefined && value !== undefined && secretInVariable(name, value) !== undefined;
  });
}

const tokenPatterns: readonly RegExp[] = [
  /^[^#;:]*(?:\/\/[^#;]*)?:_(?:authToken|auth|password) *= *[^\s$]/,
  /^ *npmAuth(?:Token|Ident): *["']?[^\s$"']/,
  /^ *password *[:=] *[^\s$%]/,
  /^ *(?:extra-)?index-url *= *https?:\/\/[^\s/:@]+:[^\s/@$]+@/,
  /"(?:github-oauth|gitlab-token)" *: *\{ *"[^"]+" *: *"[^"]/,
];

function hasToken(text: string): boolean {
  return tokenPatterns.some((pattern) => someLine(text, pattern)) || /"password"\s{0,9}:\s{0,9}"[^"]/.test(text);
}

function isLogin(path: string, text: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'config.json' && !path.endsWith('.docker/config.json')) return false;
  if (name === 'config.json' || name === '.dockercfg') return /"auth"\s{0,9}:\s{0,9}"[^"]/.test(text);
  if (name === '.git-credentials') return someLine(text, /^https?:\/\/[^\s/:@]+:[^\s@]+@/);
  if (name === '.pgpass') return someLine(text, /^[^#:]+:[^:]*:[^:]*:[^:]*:\S/);
  return someLine(text, /(?:^|\s)password *[= ] *\S/);
}
