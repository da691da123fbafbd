import type { InstalledPackage } from './installed-package.ts';

/** What one package says of another: `libc6 (>= 2.36)`, `so:libssl.so.3`, `/usr/bin/perl`. */
export interface Relation {
  readonly name: string;
  /** With it always `version`. `~`: begins with it. */
  readonly operator?: '<' | '<=' | '=' | '>=' | '>' | '~';
  readonly version?: string;
}

/** Of which one is enough, the wanted one first. */
export type Requirement = readonly Relation[];

/** What a package gives beside itself: a virtual package, a shared library, a file. */
export interface Capability {
  readonly name: string;
  readonly version?: string;
}

/** A package of a distribution as its repository offers it or its database has it, with what it asks of others. */
export interface SystemPackage {
  readonly kind: 'deb' | 'apk' | 'rpm';
  readonly name: string;
  /** Complete, as its ecosystem compares it. */
  readonly version: string;
  readonly architecture: string;
  readonly requires: readonly Requirement[];
  /** Installed with it where the tool is told so, or not told otherwise. */
  readonly recommends: readonly Requirement[];
  /** Suggested; keeps others from being removed, and installs nothing. */
  readonly suggests: readonly Requirement[];
  readonly provides: readonly Capability[];
  /** Must not be there together with it. */
  readonly conflicts: readonly Relation[];
  /** Whose place it takes: obsoletes of rpm. */
  readonly obsoletes: readonly Relation[];
  /** Is installed by itself once all of these are there: `install_if` of apk. */
  readonly installIf: readonly Relation[];
  readonly essential: boolean;
  readonly source?: InstalledPackage['source'];
  /** deb: 1 for `required` to 5 for `extra`; the smaller is taken first among those that provide the same. */
  readonly importance?: number;
  /** apk: the larger wins among those that provide the same. */
  readonly providerPriority?: number;
}

/** A system package with nothing but what is given. */
export function systemPackage(
  known: Pick<SystemPackage, 'kind' | 'name' | 'version'> & Partial<SystemPackage>,
): SystemPackage {
  return {
    architecture: '',
    requires: [],
    recommends: [],
    suggests: [],
    provides: [],
    conflicts: [],
    obsoletes: [],
    installIf: [],
    essential: false,
    ...known,
  };
}

/** Whether a version is one of those that a relation names. */
export function admitsVersion(
  { operator, version: wanted }: Pick<Relation, 'operator' | 'version'>,
  version: string,
  compare: (one: string, other: string) => number,
): boolean {
  if (operator === undefined || wanted === undefined) return true;
  switch (operator) {
    case '<':
      return compare(version, wanted) < 0;
    case '<=':
      return compare(version, wanted) <= 0;
    case '=':
      return compare(version, wanted) === 0;
    case '>=':
      return compare(version, wanted) >= 0;
    case '>':
      return compare(version, wanted) > 0;
    case '~':
      return version.startsWith(wanted) && !/^[\d\w]/.test(version.slice(wanted.length));
  }
}
