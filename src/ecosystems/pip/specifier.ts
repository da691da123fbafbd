import { comparePythonVersions } from './version-order.ts';

/**
 * Whether a version is one of those that a specifier names: `>=2,!=2.1.*,<3`
 * (https://packaging.python.org/en/latest/specifications/version-specifiers/). A part that cannot be read admits all.
 */
export function specifierAdmits(specifier: string, version: string): boolean {
  return specifier.split(',').every((part) => {
    const [, operator = '', written = ''] = /^\s*(===?|!=|~=|<=?|>=?)\s*([^\s,]+)\s*$/.exec(part) ?? [];
    const wanted = written.replace(/^v/i, '');
    if (operator === '') return true;
    if (wanted.endsWith('.*')) return isWithin(version, wanted.slice(0, -2)) === (operator !== '!=');
    const order = comparePythonVersions(version, wanted);
    switch (operator) {
      case '==':
        return order === 0;
      case '===':
        return version === wanted;
      case '!=':
        return order !== 0;
      case '<=':
        return order <= 0;
      case '<':
        return order < 0;
      case '>=':
        return order >= 0;
      case '>':
        // A later build of the same release is not above it.
        return order > 0 && !(version.startsWith(`${wanted}.post`) && !/\.post/.test(wanted));
      default:
        return order >= 0 && isWithin(version, wanted.replace(/(?:\.post|[a-z]).*$/i, '').replace(/\.\d+$/, ''));
    }
  });
}

/** `2.1.3` is within `2.1`, `2.10` is not; what stands behind the numbers does not count. */
function isWithin(version: string, line: string): boolean {
  const [own, wanted] = [version, line].map((text) => (/^(?:\d+!)?\d+(?:\.\d+)*/.exec(text)?.[0] ?? '').split('.'));
  return (wanted ?? []).every((number, at) => Number(own?.[at] ?? 0) === Number(number));
}
