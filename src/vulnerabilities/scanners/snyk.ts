import { isJsonObject, type JsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { Vulnerability } from '../vulnerability.ts';
import { kindFrom, list, normalised, type Scanner, texts } from './scanner.ts';

/** `snyk container test --json`: https://docs.snyk.io/developer-tools/snyk-cli/commands/container-test */
export const snyk: Scanner = {
  name: 'snyk',
  // 1: there are vulnerabilities.
  command: (image) => ({ program: 'snyk', args: ['container', 'test', '--json', image], exitCodes: [0, 1] }),
  read(value) {
    const results = (Array.isArray(value) ? value : [value]).filter(isJsonObject);
    if (
      results.length === 0 ||
      !results.every((each) => Array.isArray(each.vulnerabilities) && 'packageManager' in each)
    )
      return undefined;
    const all = results.flatMap((each) => [each, ...list(each.applications).filter(isJsonObject)]);
    const found = all.flatMap((result) =>
      list(result.vulnerabilities)
        .filter(isJsonObject)
        .flatMap((each) => finding(each, result) ?? []),
    );
    // One for each way in which a dependency comes in.
    return [
      ...new Map(found.map((each) => [JSON.stringify([each.id, each.package.purl, each.package.path]), each])).values(),
    ];
  },
};

function finding(value: JsonObject, result: JsonObject): Vulnerability | undefined {
  const identifiers = jsonObjectOf(value.identifiers);
  const kind = kindFrom(value.packageManager ?? result.packageManager);
  const [written = ''] = texts([value.packageName, value.name]);
  const [version = ''] = texts([value.version]);
  const isSystem = kind === 'deb' || kind === 'apk' || kind === 'rpm';
  // Packages of a distribution are named `source/package`.
  const slash = isSystem ? written.indexOf('/') : -1;
  return normalised({
    scanner: 'snyk',
    ids: [value.id, ...list(identifiers.CVE), ...list(identifiers.GHSA)],
    name: written.slice(slash + 1),
    version,
    kind,
    path: result.targetFile,
    ...(slash > 0 && { source: { name: written.slice(0, slash), version } }),
    severity: value.severityWithCritical ?? value.severity,
    vectors: [value.CVSSv3, ...list(value.cvssDetails).map((each) => jsonObjectOf(each).cvssV3Vector)],
    fixedIn: value.nearestFixedInVersion ?? list(value.fixedIn)[0],
    summary: value.title,
    published: value.publicationTime,
    modified: value.modificationTime,
    references: list(value.references).map((each) => jsonObjectOf(each).url),
    epss: Number(jsonObjectOf(value.epssDetails).probability ?? Number.NaN) || undefined,
  });
}
