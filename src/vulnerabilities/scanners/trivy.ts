import { isJsonObject, type JsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { Vulnerability } from '../vulnerability.ts';
import { kindFrom, list, nextFix, normalised, type Scanner, texts } from './scanner.ts';

const states = new Map<unknown, string>([
  ['will_not_fix', 'will-not-fix'],
  ['fix_deferred', 'fix-deferred'],
  ['end_of_life', 'end-of-life'],
  ['under_investigation', 'under-investigation'],
]);

/** `trivy image --format json`: https://trivy.dev/latest/docs/configuration/reporting/#json */
export const trivy: Scanner = {
  name: 'trivy',
  command: (image) => ({
    program: 'trivy',
    args: ['image', '--quiet', '--scanners', 'vuln', '--format', 'json', '--', image],
    exitCodes: [0],
  }),
  read(value) {
    const report = jsonObjectOf(value);
    if (report.SchemaVersion === undefined || !('Results' in report || 'ArtifactName' in report)) return undefined;
    return list(report.Results)
      .filter(isJsonObject)
      .flatMap((result) =>
        list(result.Vulnerabilities)
          .filter(isJsonObject)
          .flatMap((each) => finding(each, result) ?? []),
      );
  },
};

function finding(value: JsonObject, result: JsonObject): Vulnerability | undefined {
  const { PURL: purl } = jsonObjectOf(value.PkgIdentifier);
  const vectors = Object.values(jsonObjectOf(value.CVSS)).flatMap((each) => {
    const { V2Vector, V3Vector, V40Vector } = jsonObjectOf(each);
    return [V2Vector, V3Vector, V40Vector];
  });
  return normalised({
    scanner: 'trivy',
    ids: [value.VulnerabilityID, ...list(value.VendorIDs)],
    name: value.PkgName,
    version: value.InstalledVersion,
    kind: kindFrom(result.Type, purl),
    purl,
    path: value.PkgPath,
    severity: value.Severity,
    vectors,
    fixedIn: nextFix(value.FixedVersion),
    status: states.get(value.Status),
    summary: value.Title ?? value.Description,
    published: value.PublishedDate,
    modified: value.LastModifiedDate,
    references: texts([value.PrimaryURL, ...list(value.References)]),
  });
}
