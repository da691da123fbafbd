import { isJsonObject, type JsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { Advisory, AffectedPackage, RangeEvent } from '../advisory.ts';
import { normalEcosystem, normalName } from '../ecosystem-names.ts';
import { textsOf } from '../internal/store-format.ts';
import { severityOf } from '../severity-words.ts';
import type { VulnerabilitySeverity } from '../vulnerability.ts';

/** What an entry gives: an advisory, or why there is none. */
export type OsvEntry =
  | { readonly kind: 'advisory'; readonly advisory: Advisory }
  | { readonly kind: 'withdrawn'; readonly id: string }
  | { readonly kind: 'left'; readonly id: string };

const maximumReferences = 10;
const longestSummary = 240;

/** One entry of an OSV export (https://ossf.github.io/osv-schema/). Undefined for what is none. */
export function readOsv(value: unknown): OsvEntry | undefined {
  if (!isJsonObject(value) || typeof value.id !== 'string' || !/^[\w.:+-]{1,128}$/.test(value.id)) return undefined;
  const { id } = value;
  if (typeof value.withdrawn === 'string') return { kind: 'withdrawn', id };
  const affected = objectsOf(value.affected).flatMap((each) => readAffected(each) ?? []);
  if (affected.length === 0) return { kind: 'left', id };
  const rating = ratingIn(value);
  return {
    kind: 'advisory',
    advisory: {
      id,
      aliases: textsOf(value.aliases),
      upstream: [...textsOf(value.upstream), ...formerUpstream(id, value)],
      summary: summaryOf(value),
      ...(typeof value.published === 'string' && { published: value.published }),
      ...(typeof value.modified === 'string' && { modified: value.modified }),
      vectors: vectorsIn(value),
      ...(rating && { rating }),
      references: objectsOf(value.references)
        .flatMap(({ url }) => (typeof url === 'string' && /^https?:\/\//.test(url) ? [url] : []))
        .slice(0, maximumReferences),
      affected,
    },
  };
}

/** Before version 1.7 of the schema distributions named what they repair among the related ones. */
function formerUpstream(id: string, value: JsonObject): string[] {
  if (
    Array.isArray(value.upstream) ||
    !/^(?:DSA|DLA|DTSA|RHSA|RHBA|RHEA|ALSA|ALBA|ALEA|RLSA|RXSA|SUSE|openSUSE|USN|UBUNTU|DEBIAN|ALPINE|MGASA|OESA|CGA)-/.test(
      id,
    )
  )
    return [];
  return textsOf(value.related).filter((each) => each.startsWith('CVE-'));
}

/** Entries of distributions have only details: their first line. */
function summaryOf({ summary, details }: JsonObject): string {
  const text = typeof summary === 'string' && summary !== '' ? summary : typeof details === 'string' ? details : '';
  const line = text.trimStart().split('\n', 1)[0] ?? '';
  return line.length > longestSummary ? `${line.slice(0, longestSummary - 1)}…` : line;
}

function vectorsIn(value: JsonObject): string[] {
  return objectsOf(value.severity).flatMap(({ type, score }) =>
    typeof type === 'string' && type.startsWith('CVSS_') && typeof score === 'string' && score.length <= 512
      ? [score]
      : [],
  );
}

/** The word of a database: GitHub's, Red Hat's, Ubuntu's priority. */
function ratingIn(value: JsonObject): VulnerabilitySeverity | undefined {
  const word = objectsOf(value.severity).find(({ type }) => type === 'Ubuntu')?.score;
  return severityOf(word) ?? severityOf(jsonObjectOf(value.database_specific).severity);
}

function readAffected(value: JsonObject): AffectedPackage | undefined {
  const { ecosystem: written, name } = jsonObjectOf(value.package);
  if (typeof written !== 'string' || typeof name !== 'string' || name === '' || name.length > 512) return undefined;
  const ecosystem = normalEcosystem(written);
  if (ecosystem === undefined) return undefined;
  const ranges = objectsOf(value.ranges)
    .filter(({ type }) => type === 'ECOSYSTEM' || type === 'SEMVER')
    .map(({ events }) => objectsOf(events).flatMap(readEvents))
    .filter((events) => events.some((event) => 'introduced' in event));
  const versions = listedVersions(ecosystem, textsOf(value.versions), ranges);
  if (ranges.length === 0 && versions.length === 0) return undefined;
  const specific = jsonObjectOf(value.ecosystem_specific);
  const rating = ratingIn(value) ?? severityOf(specific.urgency) ?? severityOf(specific.severity);
  const vectors = vectorsIn(value);
  return {
    ecosystem,
    name: normalName(ecosystem, name),
    ranges,
    versions,
    ...(rating && { rating }),
    ...(vectors.length > 0 && { vectors }),
    ...(specific.urgency === 'end-of-life' && { status: 'end-of-life' }),
  };
}

/**
 * Exports list the versions of distributions' packages that their ranges hold already: thousands, and nothing new, since what is installed is ordered the same
 * way. Those of languages stay: a list may name what no range holds.
 */
function listedVersions(ecosystem: string, versions: readonly string[], ranges: readonly unknown[]): readonly string[] {
  const ofDistribution = ecosystem.includes(':') || /^(?:Wolfi|Chainguard|MinimOS|Alpaquita)$/.test(ecosystem);
  if (ofDistribution && ranges.length > 0) return [];
  return ecosystem === 'Go' ? versions.map((version) => version.replace(/^v(?=\d)/, '')) : versions;
}

function readEvents(value: JsonObject): RangeEvent[] {
  const { introduced, fixed, last_affected: lastAffected, limit } = value;
  if (typeof introduced === 'string') return [{ introduced }];
  if (typeof fixed === 'string') return [{ fixed }];
  if (typeof lastAffected === 'string') return [{ lastAffected }];
  return typeof limit === 'string' ? [{ limit }] : [];
}

function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
