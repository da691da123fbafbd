import { isJsonObject, type JsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { Vulnerability } from '../vulnerability.ts';
import { kindFrom, list, normalised, type Scanner, texts } from './scanner.ts';

/** `grype --output json`: the document of https://github.com/anchore/grype/tree/main/grype/presenter/models */
export const grype: Scanner = {
  name: 'grype',
  command: (image) => ({ program: 'grype', args: ['--quiet', '--output', 'json', '--', image], exitCodes: [0] }),
  read(value) {
    const report = jsonObjectOf(value);
    if (!Array.isArray(report.matches) || jsonObjectOf(report.descriptor).name !== 'grype') return undefined;
    return report.matches.filter(isJsonObject).flatMap((match) => finding(match) ?? []);
  },
};

function finding(match: JsonObject): Vulnerability | undefined {
  const vulnerability = jsonObjectOf(match.vulnerability);
  const artifact = jsonObjectOf(match.artifact);
  const related = list(match.relatedVulnerabilities).filter(isJsonObject);
  const fix = jsonObjectOf(vulnerability.fix);
  const [suggested] = list(match.matchDetails)
    .filter(isJsonObject)
    .flatMap((each) => texts([jsonObjectOf(each.fix).suggestedVersion]));
  const [path] = list(artifact.locations)
    .filter(isJsonObject)
    .flatMap((each) => texts([each.path]));
  const [upstream] = list(artifact.upstreams).filter(isJsonObject);
  const [sourceName] = texts([upstream?.name]);
  return normalised({
    scanner: 'grype',
    ids: [vulnerability.id, ...related.map(({ id }) => id)],
    name: artifact.name,
    version: artifact.version,
    kind: kindFrom(artifact.type, artifact.purl),
    purl: artifact.purl,
    path,
    ...(sourceName !== undefined && {
      source: { name: sourceName, version: texts([upstream?.version, artifact.version])[0] ?? '' },
    }),
    severity: vulnerability.severity,
    vectors: [vulnerability, ...related].flatMap(({ cvss }) => list(cvss).map((each) => jsonObjectOf(each).vector)),
    fixedIn: suggested ?? (fix.state === 'fixed' ? list(fix.versions)[0] : undefined),
    status: fix.state === 'wont-fix' ? 'will-not-fix' : undefined,
    summary: vulnerability.description ?? related[0]?.description,
    references: texts([vulnerability.dataSource, ...list(vulnerability.urls)]),
    epss: jsonObjectOf(list(vulnerability.epss)[0]).epss,
    knownExploited: list(vulnerability.knownExploited).length > 0,
  });
}
