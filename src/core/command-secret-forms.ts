import type { SourceRange } from './text.ts';

interface CommandForm {
  /** The group `secret` is masked. Bounded repetition only. */
  readonly pattern: RegExp;
  /** A line that holds none of these, in whatever case, holds no such secret. */
  readonly marks: readonly string[];
  /** The mark may stand on the line before or after. */
  readonly across?: true;
  /** What is masked ends with the match; otherwise it goes on to a quote or white space. */
  readonly exact?: true;
  /** Only where this holds of the secret. */
  readonly when?: (secret: string) => boolean;
}

/** Files whose every line is a login. */
const loginFiles = ['netrc', 'npmrc', 'pypirc', 'git-credentials', 'pgpass', 'htpasswd', 'credentials'] as const;

/** How commands are given secrets. */
const commandForms: readonly CommandForm[] = [
  {
    pattern:
      /--?[a-z-]{0,40}(?:pass(?:word|wd|phrase)?|token|secret|api-?key|secret-?key|masterauth)(?:=|["'],\s{0,4}|\s{1,4})["']?(?<secret>[^\s"'$-][^\s"']{0,300})/gi,
    marks: ['pass', 'token', 'secret', 'key', 'masterauth'],
  },
  {
    pattern: /\s(?:-u|-U|--user|--proxy-user)[= ]?["']?[^\s:"'$/]{1,100}:(?!\/\/)(?<secret>[^\s"'$][^\s"']{0,300})/g,
    marks: ['-u'],
  },
  {
    pattern:
      /(?:authorization|private-token|job-token|(?<![\w-])x-[a-z-]{1,30})\s{0,3}:\s{0,3}(?:(?:bearer|basic|token)\s{1,3})?(?<secret>(?!(?:bearer|basic|token)\s)[^\s"'$][^\s"']{0,2000})/gi,
    marks: ['authorization', 'token', 'x-'],
  },
  {
    pattern:
      /(?:sshpass|mysql\w{0,10}|redis-cli|login|useradd|usermod)\s[^|;&]{0,200}?(?<=[\s"'])-[pa]\s?["']?(?<secret>[^\s"'$-][^\s"']{0,300})/g,
    marks: ['sshpass', 'mysql', 'redis-cli', 'login', 'useradd', 'usermod'],
  },
  {
    pattern: /(?:identified\s{1,3}by|password)\s{1,3}'(?<secret>[^'\n]{1,300})'/gi,
    marks: ['identified', 'password'],
    exact: true,
  },
  { pattern: /_pass(?:word)?(?:_again)?\s{1,3}password\s{1,3}(?<secret>[^\s"']{1,300})/gi, marks: ['_pass'] },
  {
    pattern: /aws_(?:secret_access_key|session_token)\s{1,3}(?<secret>[^\s"'$=]{1,2000})/g,
    marks: ['aws_'],
  },
  // netrc: `machine … login … password …`, which may be spread over lines.
  {
    pattern: /password(?:\s|\\[nt]){1,4}(?<secret>[^\s"'\\$][^\s"'\\]{0,300})/gi,
    marks: ['machine ', 'login ', 'netrc'],
    across: true,
  },
  // `user:password | chpasswd`
  {
    pattern: /(?:^|[\s"'(]|\\n)[A-Za-z_][A-Za-z0-9_.-]{0,40}:(?<secret>[^\s"'\\|$][^\s"'\\|]{0,300})/g,
    marks: ['chpasswd'],
    across: true,
  },
  {
    pattern: /(?:echo|printf)\s{1,3}(?<secret>[^|$\n]{1,1000}?)\s{0,3}\|/g,
    marks: ['passwd', '-stdin', 'sudo -s', 'passphrase-fd'],
    across: true,
    exact: true,
  },
  {
    pattern: new RegExp(
      `(?:echo|printf)\\s{1,3}(?<secret>[^>$\\n]{1,1000}?)\\s{0,3}>{1,2}\\s{0,3}[^\\s>|&;]{0,100}(?:${loginFiles.join('|')})`,
      'g',
    ),
    marks: loginFiles,
    exact: true,
  },
  {
    pattern: /[^\s:"']{1,100}:(?:\d{1,5}|\*):[^\s:"']{1,100}:[^\s:"']{1,100}:(?<secret>[^\s"'$][^\s"']{0,300})/g,
    marks: ['pgpass'],
    across: true,
  },
  {
    pattern:
      /htpasswd\s{1,3}-[A-Za-z]{0,6}b[A-Za-z]{0,6}\s{1,3}[^|;&\n]{1,200}?\s(?<secret>[^\s"'$>|;&]{3,300})\s{0,3}(?:$|[>|;&\\])/g,
    marks: ['htpasswd'],
  },
  // `{"auths":{"registry.example":{"auth":"…"}}}`: a login of a registry, in base 64 (https://docs.docker.com/reference/cli/docker/login/).
  {
    pattern: /\\?["']auth\\?["']\s{0,10}:\s{0,10}\\?["'](?<secret>[A-Za-z0-9+/_-]{8,8000}={0,2})(?=\\?["'])/g,
    marks: ['auth"', "auth'", 'auth\\'],
    exact: true,
    // Others tell under this name how one comes in, as in `"auth": "KubernetesServiceAccount"`.
    when: (secret) => Buffer.from(secret, 'base64').toString('latin1').includes(':'),
  },
  {
    pattern:
      /\\?["'](?:identitytoken|registrytoken)\\?["']\s{0,10}:\s{0,10}\\?["'](?<secret>(?=[A-Za-z]{0,300}[A-Z0-9+/=])[A-Za-z0-9+/._=-]{12,8000})(?=\\?["'])/g,
    marks: ['identitytoken', 'registrytoken'],
    exact: true,
  },
  { pattern: /\bpass:(?<secret>[^\s"'$][^\s"']{0,300})/g, marks: ['pass:'] },
];

/** All marks at once: nearly every line of a repository is asked, and most have none. */
const anyMark = new RegExp(
  [...new Set(commandForms.flatMap(({ marks }) => marks))].map((mark) => mark.replace(/[.:\\]/g, '\\$&')).join('|'),
);

/** True when a text has a mark of such a secret in it. */
export function mayHoldCommandSecret(text: string): boolean {
  return anyMark.test(text.toLowerCase());
}

/** The secrets that commands on a line are given, as ranges of the line. More than rules report. Linear in the line. */
export function commandSecrets(line: string, around: readonly string[] = []): SourceRange[] {
  const ranges: SourceRange[] = [];
  const lower = line.toLowerCase();
  const wide = around.length === 0 ? lower : `${lower}\n${around.join('\n').toLowerCase()}`;
  if (!anyMark.test(wide)) return ranges;
  for (const { pattern, marks, across, exact, when } of commandForms) {
    const searched = across ? wide : lower;
    if (!marks.some((mark) => searched.includes(mark))) continue;
    let done = 0;
    for (const match of line.matchAll(pattern)) {
      const secret = match.groups?.secret ?? '';
      if (when?.(secret) === false) continue;
      if (match.index < done && match.index + match[0].length <= done) continue;
      const start = match.index + match[0].lastIndexOf(secret);
      done = exact ? start + secret.length : endOfWord(line, start + secret.length);
      ranges.push({ start, end: done });
    }
  }
  return ranges;
}

function endOfWord(line: string, from: number): number {
  const stop = /[\s"'\\|]/g;
  stop.lastIndex = from;
  return stop.exec(line)?.index ?? line.length;
}
