import { entropy, isFilledIn, isPlaceholder, secretInVariable } from '../../core/secret-text.ts';
import type { PlacedSecret } from './credential-files.ts';
import { isSample } from './vendored-path.ts';

/** How a framework writes its settings; the groups `name` and `value` of the pattern are one of them. */
interface SettingsFile {
  readonly path: RegExp;
  /** Linear in the text: no two repetitions beside each other that both take what is there without a bound. */
  readonly pattern: RegExp;
}

/** Spring's configuration (https://docs.spring.io/spring-boot/reference/features/external-config.html), with a profile or without. */
const spring = '(?:^|/)(?:application|bootstrap)(?:-[\\w.-]{1,60})?';

const settingsFiles: readonly SettingsFile[] = [
  {
    path: new RegExp(`${spring}\\.properties$`),
    pattern: /^[ \t]*(?<name>[A-Za-z][\w.[\]-]{1,200})[ \t]*[=:][ \t]*(?<value>[^\s#][^\r\n]{2,400})$/gm,
  },
  {
    path: new RegExp(`${spring}\\.ya?ml$`),
    pattern:
      /^[ \t-]*(?<name>[A-Za-z][\w.-]{1,200}):[ \t]+(?<value>"[^"\n]{3,400}"|'[^'\n]{3,400}'|[^\s#"'&*!|>[{][^\r\n#]{2,400})/gm,
  },
  // https://guides.rubyonrails.org/configuring.html#configuring-a-database; what ERB fills in holds a sign that is none of a literal.
  {
    path: /(?:^|\/)config\/(?:database|secrets)\.yml$/,
    pattern:
      /^[ \t]*(?<name>[A-Za-z][\w.-]{1,200}):[ \t]+(?<value>"[^"\n]{3,400}"|'[^'\n]{3,400}'|[^\s#"'&*!|>[{<][^\r\n#]{2,400})/gm,
  },
  // https://learn.microsoft.com/en-us/dotnet/framework/data/adonet/connection-string-syntax
  {
    path: /(?:^|\/)appsettings(?:\.[\w-]{1,60})?\.json$/,
    pattern: /[";][ \t]{0,5}(?<name>Password|Pwd)[ \t]{0,5}=[ \t]{0,5}(?<value>[^\s;"'\\][^;"\\\n]{2,200})/gi,
  },
  {
    path: /(?:^|\/)appsettings(?:\.[\w-]{1,60})?\.json$/,
    pattern: /"(?<name>[A-Za-z][\w:.-]{1,100})"[ \t]{0,5}:[ \t]{0,5}(?<value>"[^"\\\n]{3,400}")/g,
  },
  // https://docs.djangoproject.com/en/stable/ref/settings/: what is read from elsewhere is no literal behind the sign.
  {
    path: /(?:^|\/)(?:(?:[\w-]{1,40}_)?settings(?:_[\w-]{1,40})?|settings\/[\w-]{1,60})\.py$/,
    pattern:
      /^[ \t]*["']?(?<name>[A-Z][A-Z0-9_]{2,60})["']?[ \t]*[=:][ \t]*[rub]?(?<value>"[^"\n]{3,400}"|'[^'\n]{3,400}')[ \t]{0,20},?[ \t]{0,20}(?:#[^\n]{0,200})?\r?$/gm,
  },
  // https://developer.wordpress.org/apis/wp-config-php/
  {
    path: /(?:^|\/)wp-config\.php$/,
    pattern:
      /^[ \t]*define\([ \t]{0,20}["'](?<name>[A-Z_]{3,60})["'][ \t]{0,20},[ \t]{0,20}(?<value>"[^"\n]{3,400}"|'[^'\n]{3,400}')[ \t]{0,20}\)/gm,
  },
];

/** WordPress' keys and salts. */
const wordPressKey = /^(?:AUTH|SECURE_AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)$/;

/** What everybody takes on their own machine: a bad password, and no secret that leaks. */
const usual =
  /^(?:root|admin|guest|user|test|sa|pass(?:word|wd)?|secret|wordpress|example|default|demo|local|dev|postgres(?:ql)?|mysql|mariadb|mongo|redis|rabbitmq|minio(?:admin)?|qwerty|letmein|s3cr3t|abcd|1234567890?|123456|(?:my|your?t?|the)[-_ ]?(?:db[-_ ]?)?(?:pass(?:word)?|secret|user(?:name)?))[-_!@#.]{0,2}\d{0,4}$/i;

/** What says of itself that it is none, or is filled in when it is installed. */
const unreal =
  /not[-_ ]?a?[-_ ]?(?:real[-_ ])?secret|change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this|it)|your[-_ ]|example|\{\{|\[\[|\$\{|%[A-Z_]{3,}%|^\{cipher\}|should[-_]be[-_]changed/i;

/** Words of letters alone, however they are joined: what `seata`, `mall-admin-secret` and `configPassword` have and what is made at random has not. */
function isWords(value: string): boolean {
  if (!/^[A-Za-z]+(?:[-_ .][A-Za-z]+)*$/.test(value)) return false;
  const parts = value.split(/[-_ .]|(?<=[a-z])(?=[A-Z])/);
  return value.length / parts.length >= 3;
}

/** True for a file in which a framework keeps its settings: its content is looked at whole. */
export function isSettingsFile(path: string): boolean {
  return !isSample(path) && settingsFiles.some((file) => file.path.test(path));
}

/** Passwords and keys that stand in settings as they are, not as what reads them from elsewhere. */
export function settingsSecrets(path: string, text: string): PlacedSecret[] {
  const found: PlacedSecret[] = [];
  for (const file of settingsFiles) {
    if (!file.path.test(path)) continue;
    for (const match of text.matchAll(file.pattern)) {
      const { name = '', value: quoted = '' } = match.groups ?? {};
      const value = quoted.replace(/^(["'])(.*)\1$/, '$2').trim();
      const kind = kindOf(name, value);
      if (kind === undefined) continue;
      // Where the secret itself begins: a URL is found by its password once more, and is one.
      const at = match.index + match[0].lastIndexOf(quoted) + Math.max(0, quoted.indexOf(value));
      found.push({ kind, certainty: 'likely', at });
    }
  }
  return found;
}

function kindOf(name: string, value: string): string | undefined {
  if (usual.test(value) || unreal.test(value) || isFilledIn(value)) return undefined;
  // Their generators use every character, those of place-holders too.
  if (name === 'SECRET_KEY' || wordPressKey.test(name))
    return value.length >= 30 && entropy(value) >= 4 && !(/\s/.test(value) && isPlaceholder(value))
      ? 'secret key of sessions'
      : undefined;
  if (isWords(value)) return undefined;
  const own = name.slice(name.lastIndexOf('.') + 1).replaceAll('-', '_');
  const secret = secretInVariable(own, value);
  if (secret === undefined) return undefined;
  const { kind, range } = secret;
  if (range.start === 0) return kind;
  // The password of an address is found by its form, and one of a connection string in its file's own pattern.
  const inside = value.slice(range.start, range.end);
  return value.startsWith('jdbc:') && !/^\w+ in a URL$/.test(kind) && !usual.test(inside) && !isWords(inside)
    ? kind
    : undefined;
}
