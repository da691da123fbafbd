import { isPlaceholder, secretInVariable } from '../../core/secret-text.ts';
import { isSample } from './vendored-path.ts';

/** A secret in a text, by the offset of its value. */
export interface PlacedSecret {
  readonly kind: string;
  readonly certainty: 'certain' | 'likely';
  readonly at: number;
}

/** A file that programs keep credentials in. */
interface CredentialFile {
  /** Ends of its path; a slash at the start is the root too. */
  readonly ends: readonly string[];
  readonly kind: string;
  /** Linear in the text; the group `secret` is the value. */
  readonly pattern: RegExp;
  /** Nothing stands for a value there. */
  readonly exact?: boolean;
  /** In `<!-- -->` nothing counts: Maven's own file explains itself with sample logins. */
  readonly xml?: boolean;
  /** Tests and examples have one of their own, which opens nothing. */
  readonly skipsSamples?: boolean;
}

const credentialFiles: readonly CredentialFile[] = [
  {
    ends: ['/.npmrc', '/etc/npmrc'],
    kind: 'npm credentials',
    pattern: /^[ \t]*(?:\/\/[^\s=]{1,300}:)?(?:_authToken|_password|_auth)[ \t]*=[ \t]*"?(?<secret>[^\s"]{4,2000})/gm,
  },
  {
    ends: ['/.yarnrc.yml'],
    kind: 'npm credentials',
    pattern: /^[ \t]*npmAuth(?:Token|Ident):[ \t]*["']?(?<secret>[^\s"']{4,2000})/gm,
  },
  {
    ends: ['/.netrc', '/_netrc'],
    kind: 'password in .netrc',
    pattern: /(?<![^\s])password[ \t\n]{1,20}(?<secret>\S{1,2000})/g,
  },
  { ends: ['/.pypirc'], kind: 'PyPI credentials', pattern: /^[ \t]*password[ \t]*[:=][ \t]*(?<secret>\S{1,2000})/gm },
  {
    ends: [
      '/.docker/config.json',
      '/.dockercfg',
      '/.dockerconfigjson',
      '/containers/auth.json',
      '/containers/0/auth.json',
    ],
    kind: 'registry credentials',
    pattern: /"(?:auth|identitytoken|registrytoken|password)"\s{0,20}:\s{0,20}"(?<secret>[^"\n]{4,8000})"/g,
  },
  {
    ends: [
      '/.kube/config',
      '/kubeconfig',
      '/kubeconfig.yaml',
      '/kubeconfig.yml',
      '/etc/kubernetes/admin.conf',
      '/k3s/k3s.yaml',
    ],
    kind: 'Kubernetes credentials',
    pattern: /^[ \t-]*(?:client-key-data|token|password)[ \t]*:[ \t]*["']?(?<secret>[^\s"']{8,16000})/gm,
  },
  {
    ends: ['/.aws/credentials', '/.aws/config', '/.boto', '/.s3cfg'],
    kind: 'AWS secret key',
    pattern: /^[ \t]*(?:aws_secret_access_key|aws_session_token|secret_key)[ \t]*=[ \t]*(?<secret>\S{20,4000})/gm,
  },
  { ends: ['/.pgpass'], kind: 'PostgreSQL password', pattern: /^(?!#)(?:[^:\n]{0,200}:){4}(?<secret>[^\n]{1,400})/gm },
  {
    ends: ['/.my.cnf', '/.mylogin.cnf'],
    kind: 'MySQL password',
    pattern: /^[ \t]*password[ \t]*=[ \t]*["']?(?<secret>[^\s"']{1,400})/gm,
  },
  {
    ends: ['/.cargo/credentials', '/.cargo/credentials.toml', '/.terraformrc', '/credentials.tfrc.json'],
    kind: 'registry token',
    pattern: /(?:^[ \t]*|[{,]\s{0,20})"?token"?[ \t]*[=:][ \t]*"(?<secret>[^"\n]{8,2000})"/gm,
  },
  {
    // Also copied to where mvn -s finds it.
    ends: ['/settings.xml'],
    kind: 'Maven password',
    xml: true,
    pattern: /<(?:password|passphrase)>(?<secret>[^<\n]{1,400})<\//g,
  },
  {
    ends: ['/nuget.config', '/NuGet.Config', '/NuGet/NuGet.Config'],
    kind: 'NuGet password',
    pattern: /key="ClearTextPassword"[ \t]{1,20}value="(?<secret>[^"\n]{1,400})"/g,
  },
  {
    ends: [
      '/gcloud/application_default_credentials.json',
      '/gcloud/legacy_credentials',
      '/.azure/msal_token_cache.json',
      '/.azure/accessTokens.json',
    ],
    kind: 'cloud credentials',
    pattern:
      /"(?:refresh_token|refreshToken|client_secret|private_key|secret)"\s{0,20}:\s{0,20}"(?<secret>[^"\n]{8,8000})"/g,
  },
  {
    ends: ['/auth.json'],
    kind: 'Composer credentials',
    pattern: /"(?:password|github\.com|gitlab\.com|bearer)"\s{0,20}:\s{0,20}"(?<secret>[^"\n]{8,400})"/g,
  },
  // https://the.earth.li/~sgtatham/putty/0.83/htmldoc/AppendixC.html
  {
    ends: ['.ppk'],
    kind: 'private key',
    exact: true,
    pattern: /^Private-Lines: \d{1,4}\r?\n(?<secret>[A-Za-z0-9+/=]{16,80})/gm,
  },
  // https://guides.rubyonrails.org/security.html#custom-credentials: what opens the encrypted credentials beside it.
  {
    ends: ['/config/master.key'],
    kind: 'Rails master key',
    skipsSamples: true,
    pattern: /^(?<secret>[0-9a-f]{32})\s{0,20}$/g,
  },
  // https://man7.org/linux/man-pages/man5/crypt.5.html
  {
    ends: ['/etc/shadow', '/etc/shadow-'],
    kind: 'password hash',
    exact: true,
    pattern: /^[^:\n]{1,100}:(?<secret>\$(?:1|2[abxy]?|5|6|7|y|gy|sha1)\$[^:\n]{10,400}):/gm,
  },
];

/** Environment files that are no templates. */
const environmentFile =
  /(?:^|\/)(?:\.env(?:\.(?!.*(?:example|sample|template|dist|defaults?)$)[\w.-]{1,60})?|[\w-]{1,60}\.env)$/i;
const assignments =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]{0,100})[ \t]*=[ \t]*("[^"\n]{1,2000}"|'[^'\n]{1,2000}'|[^\s#]{1,2000})/gm;

/** True where a file is one that programs keep credentials in: its content is looked at whole. */
export function isCredentialFile(path: string): boolean {
  return environmentFile.test(path) || credentialFiles.some(({ ends }) => endsWithAny(`/${path}`, ends));
}

/** Credentials in a file that programs keep them in. */
export function credentialsIn(path: string, text: string): PlacedSecret[] {
  const found: PlacedSecret[] = [];
  for (const { ends, kind, pattern, exact, xml, skipsSamples } of credentialFiles) {
    if (!endsWithAny(`/${path}`, ends) || (skipsSamples && isSample(path))) continue;
    for (const match of (xml ? withoutXmlComments(text) : text).matchAll(pattern)) {
      const secret = match.groups?.secret ?? '';
      if (exact || !(isPlaceholder(secret) || /EXAMPLE(?:KEY)?$/.test(secret)))
        found.push({ kind, certainty: 'certain', at: match.index + match[0].lastIndexOf(secret) });
    }
  }
  if (!environmentFile.test(path)) return found;
  for (const match of text.matchAll(assignments)) {
    const [whole, name = '', value = ''] = match;
    const bare = value.replace(/^(["'])(.*)\1$/, '$2');
    const secret = secretInVariable(name, bare);
    if (!secret) continue;
    // Where the secret itself begins: a URL is found by its password once more, and is one.
    const start = match.index + whole.length - value.length + (bare === value ? 0 : 1);
    found.push({ kind: secret.kind, certainty: secret.certainty, at: start + secret.range.start });
  }
  return found;
}

/** Comments become spaces, so that offsets stay. */
function withoutXmlComments(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let start = text.indexOf('<!--'); start >= 0; start = text.indexOf('<!--', from)) {
    const found = text.indexOf('-->', start + 4);
    const end = found === -1 ? text.length : found + 3;
    parts.push(text.slice(from, start), ' '.repeat(end - start));
    from = end;
  }
  return parts.join('') + text.slice(from);
}

function endsWithAny(path: string, ends: readonly string[]): boolean {
  return ends.some((end) => path.endsWith(end));
}
