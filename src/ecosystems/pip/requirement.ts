import { compareNumbers } from '../../core/version-order.ts';

/** What a package asks of another (https://packaging.python.org/en/latest/specifications/dependency-specifiers/). */
export interface PythonRequirement {
  /** Lower case, with hyphens. */
  readonly name: string;
  readonly extras: readonly string[];
  /** `>=2,<3`; empty for any. */
  readonly specifier: string;
  /** The condition; empty for none. */
  readonly marker: string;
}

/** Undefined for what names no package of an index: an address, a path. */
export function readRequirement(text: string): PythonRequirement | undefined {
  const [head = '', ...conditions] = text.slice(0, 2000).split(';');
  const read = /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?\s*(?:\(([^)]*)\)|([^@()]*))\s*$/.exec(head);
  if (!read) return undefined;
  const [, name = '', extras = '', inBrackets, bare] = read;
  return {
    name: normalPythonName(name),
    extras: extras
      .split(',')
      .map((each) => each.trim().toLowerCase())
      .filter(Boolean),
    specifier: (inBrackets ?? bare ?? '').trim(),
    marker: conditions.join(';').trim(),
  };
}

/** https://packaging.python.org/en/latest/specifications/name-normalization/ */
export function normalPythonName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** What markers ask for; `extra` is asked apart. */
export type MarkerEnvironment = Readonly<Record<string, string>>;

/** Of CPython on Linux. `python`: `3.11.2`, or `3.11` where the rest is not known; `machine`: `x86_64`. */
export function linuxMarkers(python: string, machine: string): MarkerEnvironment {
  const full = /^\d+\.\d+\.\d+/.exec(python)?.[0];
  return {
    python_version: python.split('.').slice(0, 2).join('.'),
    ...(full !== undefined && { python_full_version: full, implementation_version: full }),
    os_name: 'posix',
    sys_platform: 'linux',
    platform_system: 'Linux',
    platform_machine: machine,
    platform_release: '',
    platform_version: '',
    platform_python_implementation: 'CPython',
    implementation_name: 'cpython',
  };
}

/** Whether a condition holds; undefined where it is not understood. */
export function markerHolds(
  marker: string,
  environment: MarkerEnvironment,
  extras: readonly string[],
): boolean | undefined {
  const tokens = marker.match(/'[^']*'|"[^"]*"|[()]|(?:not\s+in|[<>=!~]=?=?|[\w.]+)/g) ?? [];
  let at = 0;
  let isKnown = true;
  const value = (token: string): string => {
    if (/^['"]/.test(token)) return token.slice(1, -1);
    const known = environment[token.replace(/\./g, '_')];
    if (known === undefined) isKnown = false;
    return known ?? '';
  };
  const comparison = (): boolean => {
    if (tokens[at] === '(') {
      at++;
      const inner = either();
      at++;
      return inner;
    }
    const [left = '', operator = '', right = ''] = tokens.slice(at, at + 3);
    at += 3;
    if (left === 'extra') {
      const isAsked = extras.includes(value(right).toLowerCase());
      return operator === '!=' ? !isAsked : isAsked;
    }
    return compared(value(left), operator.replace(/\s+/, ' '), value(right), left);
  };
  const both = (): boolean => {
    let holds = comparison();
    while (tokens[at] === 'and') {
      at++;
      const next = comparison();
      holds = holds && next;
    }
    return holds;
  };
  const either = (): boolean => {
    let holds = both();
    while (tokens[at] === 'or') {
      at++;
      const next = both();
      holds = holds || next;
    }
    return holds;
  };
  if (tokens.length === 0) return true;
  if (tokens.length > 200) return undefined;
  const holds = either();
  return isKnown && at >= tokens.length ? holds : undefined;
}

function compared(left: string, operator: string, right: string, name: string): boolean {
  const isVersion = name.includes('version') && /^\d/.test(right);
  const order = isVersion ? compareNumbers(left, right.replace(/\.\*$/, '')) : left < right ? -1 : left > right ? 1 : 0;
  switch (operator) {
    case '==':
    case '===':
      return right.endsWith('.*') ? `${left}.`.startsWith(right.slice(0, -1)) : order === 0;
    case '!=':
      return right.endsWith('.*') ? !`${left}.`.startsWith(right.slice(0, -1)) : order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
    case '~=':
      return order >= 0;
    case 'in':
      return right.includes(left);
    case 'not in':
      return !right.includes(left);
    default:
      return false;
  }
}
