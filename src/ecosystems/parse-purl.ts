import type { PackageUrl } from './purl.ts';

const maximumLength = 4096;

/**
 * A package URL, taken apart as https://github.com/package-url/purl-spec/blob/main/PURL-SPECIFICATION.rst#how-to-parse-a-purl-string-in-its-components
 * says; undefined where it is none.
 */
export function parsePackageUrl(text: string): PackageUrl | undefined {
  if (text.length > maximumLength || !text.startsWith('pkg:')) return undefined;
  const [beforeSubpath = '', subpath] = splitAtLast(text.slice('pkg:'.length), '#');
  const [beforeQualifiers = '', qualifiers] = splitAtLast(beforeSubpath, '?');
  const at = beforeQualifiers.lastIndexOf('@');
  const slash = beforeQualifiers.lastIndexOf('/');
  const hasVersion = at > slash;
  const path = (hasVersion ? beforeQualifiers.slice(0, at) : beforeQualifiers).split('/').filter((part) => part !== '');
  const [type, ...names] = path.map(decode);
  const name = names.pop();
  if (type === undefined || name === undefined || !/^[A-Za-z][\w.+-]*$/.test(type)) return undefined;
  return {
    type: type.toLowerCase(),
    ...(names.length > 0 && { namespace: names.join('/') }),
    name,
    ...(hasVersion && { version: decode(beforeQualifiers.slice(at + 1)) }),
    qualifiers: readQualifiers(qualifiers ?? ''),
    ...(subpath && { subpath: decode(subpath) }),
  };
}

function splitAtLast(text: string, divider: string): [string, string?] {
  const at = text.lastIndexOf(divider);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Without a prototype: a key may be `__proto__`. */
function readQualifiers(text: string): Record<string, string> {
  const read: Record<string, string> = Object.create(null);
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    if (equals > 0) read[pair.slice(0, equals).toLowerCase()] = decode(pair.slice(equals + 1));
  }
  return read;
}

/** What is no encoding stays as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
