import parse from 'spdx-expression-parse';

/** Longer expressions are taken for no expressions: parsing is recursive. */
const maximumLength = 1000;

/** Short names of Debian's copyright files with another name on the list of SPDX (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/#license-short-name). */
const debianNames: ReadonlyMap<string, string> = new Map([
  ['expat', 'MIT'],
  ['apache-2', 'Apache-2.0'],
  ['artistic', 'Artistic-1.0-Perl'],
  ['bsd-2-clause', 'BSD-2-Clause'],
  ['bsd-3-clause', 'BSD-3-Clause'],
  ['bsd-4-clause', 'BSD-4-Clause'],
  ['zlib', 'Zlib'],
  ['isc', 'ISC'],
  ['psf-2', 'PSF-2.0'],
]);

/** `GPL-2+` and its kin: "or any later version" is the plus sign. */
const gnuForm = /^(A?GPL|LGPL|GFDL)-(\d(?:\.\d)?)(?:\.0)?(\+?)$/;

/** A declared licence as an expression of the list of SPDX (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/); undefined where it is none. */
export function spdxExpression(declared: string): string | undefined {
  const text = declared.trim();
  // A reference means something in its own document only.
  if (text === '' || text.length > maximumLength || /(?:License|Document)Ref-/.test(text)) return undefined;
  const known = debianNames.get(text.toLowerCase()) ?? gnuName(text) ?? text;
  try {
    parse(known);
    return known;
  } catch {
    return undefined;
  }
}

function gnuName(text: string): string | undefined {
  const [, name, version = '', plus] = gnuForm.exec(text) ?? [];
  if (name === undefined) return undefined;
  return `${name}-${version.includes('.') ? version : `${version}.0`}-${plus ? 'or-later' : 'only'}`;
}

/** All of them hold: one expression, those that offer a choice in brackets. */
export function joinExpressions(expressions: readonly string[]): string {
  const each = [...new Set(expressions)];
  return each.length === 1 ? (each[0] ?? '') : each.map((one) => (/ /.test(one) ? `(${one})` : one)).join(' AND ');
}
