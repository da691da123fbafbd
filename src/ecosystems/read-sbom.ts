import { isJsonObject, type JsonObject, jsonObjectOf } from '../core/json-object.ts';
import { type Statement, statementIn } from './in-toto.ts';
import type { InstalledPackage, PackageKind } from './installed-package.ts';
import { isWord, maximumPackages } from './internal/installed-text.ts';
import { parseJson } from './internal/parse-json.ts';
import { declaredLicences } from './licences.ts';
import { parsePackageUrl } from './parse-purl.ts';
import type { PackageUrl } from './purl.ts';

/** A list of packages that somebody else made. */
export interface ReadSbom {
  readonly format: 'cyclonedx' | 'spdx';
  readonly packages: readonly InstalledPackage[];
  /** `sha256:…` of what it was made of, where an attestation says so. */
  readonly subjects: readonly string[];
  /** Entries without a package URL of a kind that is known here: they cannot be compared or matched. */
  readonly unknown: number;
}

/**
 * A bill of materials as CycloneDX or SPDX 2 in JSON, alone or as the predicate of an in-toto statement. Signatures are not checked.
 * Undefined where the text is none of these.
 * @param name what the text was read from: the path of packages for which it names no file
 */
export function readSbom(text: string, name: string): ReadSbom | undefined {
  const value = parseJson(text);
  const statement = statementIn(value);
  return statement ? sbomIn(documentOf(statement), name, statement.subjects) : sbomIn(value, name, []);
}

/** A document of one of the two formats; undefined for any other value. */
export function sbomIn(value: unknown, name: string, subjects: readonly string[]): ReadSbom | undefined {
  if (!isJsonObject(value)) return undefined;
  if (value.bomFormat === 'CycloneDX') return listed('cyclonedx', components(value, 0), name, subjects);
  if (typeof value.spdxVersion === 'string') return listed('spdx', spdxEntries(value), name, subjects);
  return undefined;
}

/** What a statement states: cosign wraps the document once more (`Data`), some wrap it as text. */
export function documentOf(statement: Statement): unknown {
  const predicate = jsonObjectOf(statement.predicate);
  const inner = predicate.Data ?? predicate.data;
  if (typeof inner === 'string') return parseJson(inner);
  return inner ?? predicate;
}

/** What both formats say of one package. */
interface Entry {
  readonly purl: unknown;
  readonly licences: readonly string[];
  readonly path?: unknown;
}

function components(holder: JsonObject, depth: number): Entry[] {
  if (!Array.isArray(holder.components) || depth > 20) return [];
  return holder.components.slice(0, maximumPackages).flatMap((one: unknown) => {
    if (!isJsonObject(one)) return [];
    const ofNoPackage = one.type === 'operating-system' || one.type === 'file' || one.type === 'container';
    const entry = { purl: one.purl, licences: cycloneDxLicences(one.licenses), path: locationOf(one) };
    return [...(ofNoPackage ? [] : [entry]), ...components(one, depth + 1)];
  });
}

function cycloneDxLicences(licenses: unknown): string[] {
  if (!Array.isArray(licenses)) return [];
  return declaredLicences(
    licenses.map((one: unknown) => {
      const { expression, license } = jsonObjectOf(one);
      return expression ?? jsonObjectOf(license).id ?? jsonObjectOf(license).name;
    }),
  );
}

/** As Plimsoll and syft write it. */
function locationOf({ properties }: JsonObject): unknown {
  if (!Array.isArray(properties)) return undefined;
  const named = properties
    .map(jsonObjectOf)
    .find(({ name }) => name === 'plimsoll:path' || name === 'syft:location:0:path');
  return named?.value;
}

function spdxEntries({ packages }: JsonObject): Entry[] {
  if (!Array.isArray(packages)) return [];
  return packages.slice(0, maximumPackages).flatMap((one: unknown) => {
    if (
      !isJsonObject(one) ||
      one.primaryPackagePurpose === 'CONTAINER' ||
      one.primaryPackagePurpose === 'OPERATING-SYSTEM'
    )
      return [];
    const references = Array.isArray(one.externalRefs) ? one.externalRefs.map(jsonObjectOf) : [];
    const purl = references.find(({ referenceType }) => referenceType === 'purl')?.referenceLocator;
    const licence = one.licenseDeclared;
    const isSaid = licence !== 'NOASSERTION' && licence !== 'NONE';
    return [{ purl, licences: declaredLicences(isSaid ? licence : undefined) }];
  });
}

function listed(
  format: ReadSbom['format'],
  entries: readonly Entry[],
  name: string,
  subjects: readonly string[],
): ReadSbom {
  const packages = entries.flatMap((entry) => packageOf(entry, name) ?? []);
  return { format, packages, subjects, unknown: entries.length - packages.length };
}

function packageOf({ purl, licences, path }: Entry, name: string): InstalledPackage | undefined {
  const url = typeof purl === 'string' ? parsePackageUrl(purl) : undefined;
  const kind = kinds.find((one) => one === url?.type);
  if (typeof purl !== 'string' || !url || kind === undefined || !isWord(url.name) || !isWord(url.version))
    return undefined;
  const { arch, epoch, upstream } = url.qualifiers ?? {};
  const version =
    kind === 'rpm' && epoch !== undefined && /^\d+$/.test(epoch) ? `${epoch}:${url.version}` : url.version;
  const source = sourceOf(upstream, version);
  return {
    kind,
    name: nameOf(kind, url),
    version,
    purl,
    ...(isWord(arch) && { architecture: arch }),
    ...(source && { source }),
    licences,
    path: typeof path === 'string' && path !== '' ? path.replace(/^\/+/, '').slice(0, 4096) : name,
  };
}

const kinds: readonly PackageKind[] = [
  'deb',
  'apk',
  'rpm',
  'npm',
  'pypi',
  'golang',
  'cargo',
  'maven',
  'gem',
  'composer',
  'nuget',
  'generic',
];

function nameOf(kind: PackageKind, { namespace, name }: PackageUrl): string {
  if (namespace === undefined || kind === 'deb' || kind === 'apk' || kind === 'rpm' || kind === 'generic') return name;
  return `${namespace}${kind === 'maven' ? ':' : '/'}${name}`;
}

/** `name`, `name@version`; of rpm the file's name. */
function sourceOf(upstream: string | undefined, version: string): InstalledPackage['source'] {
  if (!isWord(upstream)) return undefined;
  const rpm = /^(.{1,300})-([^-]{1,300}-[^-]{1,300})\.src\.rpm$/.exec(upstream);
  const [name, own] = rpm ? [rpm[1] ?? '', rpm[2]] : upstream.split('@', 2);
  return name ? { name, version: own ?? version } : undefined;
}
