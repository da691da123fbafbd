import { boundedText } from '../../core/bounded-text.ts';
import { UserError } from '../../core/errors.ts';
import { isJsonObject, type JsonObject, jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import type { Vulnerability } from '../vulnerability.ts';
import { kindFrom, list, normalised, type Scanner, texts } from './scanner.ts';

/** The VulnerabilityReport of Clair v4: https://quay.github.io/clair/reference/api.html, whose packages and vulnerabilities stand by their numbers. */
export const clair: Scanner = {
  name: 'clair',
  read(value) {
    const report = jsonObjectOf(value);
    if (!isJsonObject(report.package_vulnerabilities) || typeof report.manifest_hash !== 'string') return undefined;
    const packages = jsonObjectOf(report.packages);
    const vulnerabilities = jsonObjectOf(report.vulnerabilities);
    return Object.entries(report.package_vulnerabilities).flatMap(([id, numbers]) =>
      texts(list(numbers)).flatMap(
        (number) => finding(jsonObjectOf(packages[id]), jsonObjectOf(vulnerabilities[number]), report, number) ?? [],
      ),
    );
  },
};

function finding(
  installed: JsonObject,
  value: JsonObject,
  report: JsonObject,
  number: string,
): Vulnerability | undefined {
  const source = jsonObjectOf(installed.source);
  const { did } = jsonObjectOf(value.distribution);
  const repository = jsonObjectOf(value.repository);
  // An advisory's name holds its ids: `RHSA-2023:1: CVE-2023-2 …`.
  const ids = texts([value.name]).flatMap((name) => [
    ...(name.match(/CVE-\d{4}-\d{4,}/g) ?? []),
    name.split(/[:\s]\s/, 1)[0],
  ]);
  const [environment] = list(jsonObjectOf(report.environments)[String(installed.id)]).filter(isJsonObject);
  return normalised({
    scanner: 'clair',
    ids,
    name: installed.name,
    version: installed.version,
    kind: kindFrom(texts([did])[0] ?? texts([repository.name])[0]),
    path: environment?.package_db,
    ...(typeof source.name === 'string' &&
      source.name !== '' && {
        source: { name: source.name, version: texts([source.version])[0] ?? '' },
      }),
    severity: value.normalized_severity ?? value.severity,
    vectors: enrichedVectors(report, number),
    fixedIn: value.fixed_in_version,
    summary: value.description,
    published: value.issued,
    references: texts([value.links]).flatMap((links) => links.split(/\s+/)),
  });
}

/** CVSS comes as an enrichment: its kind by a media type, in it a list by the vulnerability's number. */
function enrichedVectors(report: JsonObject, number: string): unknown[] {
  return Object.entries(jsonObjectOf(report.enrichments))
    .filter(([kind]) => kind.includes('cvss'))
    .flatMap(([, groups]) => list(groups).flatMap((group) => list(jsonObjectOf(group)[number])))
    .map((each) => jsonObjectOf(each).vectorString);
}

export interface ClairManifest {
  /** Of the image's manifest. */
  readonly hash: string;
  /** Where Clair fetches each layer. */
  readonly layers: readonly {
    readonly hash: string;
    readonly uri: string;
    readonly headers: Readonly<Record<string, readonly string[]>>;
  }[];
}

export interface ClairOptions {
  /** Of both its parts: `http://clair:6060`. */
  readonly url: string;
  fetch(url: string, init: RequestInit): Promise<Response>;
  readonly timeoutSeconds: number;
}

const maximumBytes = 256 * 1024 * 1024;

/** Has a Clair index an image and asks what it knows of it. Throws a UserError with exit code 3 where it does not answer or cannot read the image. */
export async function askClair(manifest: ClairManifest, options: ClairOptions): Promise<readonly Vulnerability[]> {
  const indexed = await ask('indexer/api/v1/index_report', options, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(manifest),
  });
  const { state, err } = indexed;
  if (state === 'IndexError')
    throw failed(options.url, `it cannot index the image: ${texts([err])[0] ?? 'it does not say why'}`);
  const report = await ask(`matcher/api/v1/vulnerability_report/${manifest.hash}`, options, { method: 'GET' });
  const found = clair.read(report);
  if (found === undefined) throw failed(options.url, 'its answer is no vulnerability report');
  return found;
}

async function ask(path: string, options: ClairOptions, init: RequestInit): Promise<JsonObject> {
  const url = `${options.url.replace(/\/+$/, '')}/${path}`;
  try {
    const response = await options.fetch(url, { ...init, signal: AbortSignal.timeout(options.timeoutSeconds * 1000) });
    const text = await boundedText(response, maximumBytes);
    if (!response.ok) throw failed(url, `it answered ${response.status}`);
    const value = parseJsonObject(text);
    if (value === undefined) throw failed(url, 'its answer is no JSON object');
    return value;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw failed(url, cause instanceof Error ? cause.message : String(cause));
  }
}

function failed(url: string, reason: string): UserError {
  return new UserError(`Clair does not tell of the image: ${reason}`, { where: url, exitCode: 3 });
}
