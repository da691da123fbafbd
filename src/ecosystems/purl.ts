/** The parts of a package URL (https://github.com/package-url/purl-spec/blob/main/PURL-SPECIFICATION.rst). */
export interface PackageUrl {
  readonly type: string;
  /** Segments divided by `/`: `@scope`, `org.example`, `github.com/a`. */
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly version?: string | undefined;
  readonly qualifiers?: Readonly<Record<string, string | undefined>>;
  readonly subpath?: string | undefined;
}

/** The types whose namespace and name have no case (https://github.com/package-url/purl-spec/tree/main/types). */
const lowerCase = new Set(['deb', 'apk', 'npm', 'pypi', 'golang', 'composer', 'github', 'bitbucket']);

/** A package URL in its canonical form: lower case where the type asks for it, qualifiers by name, empty ones left out. */
export function packageUrl(parts: PackageUrl): string {
  const { type, version, subpath } = parts;
  const ofCase = (text: string): string => (lowerCase.has(type) ? text.toLowerCase() : text);
  const namespace = type === 'rpm' ? parts.namespace?.toLowerCase() : parts.namespace;
  const name = type === 'pypi' ? parts.name.replaceAll('_', '-') : parts.name;
  return [
    `pkg:${type}/`,
    namespace ? `${encodePath(ofCase(namespace))}/` : '',
    encode(ofCase(name)),
    version ? `@${encode(version)}` : '',
    qualifierText(parts.qualifiers ?? {}),
    subpath ? `#${encodePath(subpath)}` : '',
  ].join('');
}

function qualifierText(qualifiers: Readonly<Record<string, string | undefined>>): string {
  const written = Object.entries(qualifiers).flatMap(([key, value]) => (value ? [`${key}=${encode(value)}`] : []));
  return written.length === 0 ? '' : `?${written.sort().join('&')}`;
}

function encodePath(text: string): string {
  return text
    .split('/')
    .filter((segment) => segment !== '')
    .map(encode)
    .join('/');
}

/** Letters, digits, `.-_~` and the colon stand for themselves; what is no character of Unicode becomes U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(
    text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD'),
  )
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}
