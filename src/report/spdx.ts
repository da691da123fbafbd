import * as crypto from 'node:crypto';
import { jsonElements, jsonPieces } from '../core/json-pieces.ts';
import type { ImageAnalysis, ImagePackage } from '../image/image-analysis.ts';
import { imageUrl, orderedPackages, placeFacts, type SbomOptions, sbomDate } from './internal/sbom.ts';
import { joinExpressions, spdxExpression } from './internal/sbom-licences.ts';

const documentId = 'SPDXRef-DOCUMENT';
const imageId = 'SPDXRef-Image';
const unknown = 'NOASSERTION';

/** An image's packages as SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/); but for its date, the same image gives the same bytes. */
export function renderSpdx(analysis: ImageAnalysis, options: SbomOptions): Iterable<string> {
  return jsonPieces(document(analysis, options));
}

function document(analysis: ImageAnalysis, options: SbomOptions) {
  const references = licenceReferences();
  const packages = orderedPackages(analysis);
  const ids = packages.map((one) => alone(packageId(one)));
  const { name } = analysis.image;
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: documentId,
    name,
    documentNamespace: namespace(name, [analysis.image.digest, analysis.image.configuration.digest, ...ids]),
    creationInfo: { created: sbomDate(options), creators: [`Tool: plimsoll-${options.version}`] },
    packages: jsonElements(function* () {
      yield imagePackage(analysis);
      for (const [at, one] of packages.entries()) yield spdxPackage(one, ids[at], analysis, references);
    }),
    // Those that the packages named.
    hasExtractedLicensingInfos: jsonElements(references.list, true),
    relationships: jsonElements(function* () {
      yield relationship(documentId, 'DESCRIBES', imageId);
      for (const id of ids) yield relationship(imageId, 'CONTAINS', id);
    }),
  };
}

/** Unique to what the document says, and the same for the same. */
function namespace(name: string, parts: readonly (string | undefined)[]): string {
  const hash = crypto.createHash('sha256');
  for (const [at, part] of parts.entries()) hash.update(`${at === 0 ? '' : '\n'}${part ?? ''}`);
  const print = hash.digest('hex').slice(0, 32);
  const readable = name.replace(/[^A-Za-z0-9.]+/g, '-').slice(0, 100);
  return `https://spdx.org/spdxdocs/plimsoll-${readable}-${print}`;
}

function imagePackage(analysis: ImageAnalysis) {
  const { name, digest } = analysis.image;
  const purl = imageUrl(analysis);
  return {
    name,
    SPDXID: imageId,
    ...(digest !== undefined && { versionInfo: digest }),
    downloadLocation: unknown,
    filesAnalyzed: false,
    licenseConcluded: unknown,
    licenseDeclared: unknown,
    copyrightText: unknown,
    ...(purl !== undefined && { externalRefs: [purlReference(purl)] }),
    primaryPackagePurpose: 'CONTAINER',
  };
}

function spdxPackage(
  one: ImagePackage,
  id: string | undefined,
  analysis: ImageAnalysis,
  references: LicenceReferences,
) {
  const declared = one.licences.map((licence) => spdxExpression(licence) ?? references.idOf(licence));
  return {
    name: one.name,
    SPDXID: id,
    versionInfo: one.version,
    downloadLocation: unknown,
    filesAnalyzed: false,
    sourceInfo: placeFacts(one, analysis)
      .map(([fact, value]) => `${fact}: ${value}`)
      .join('; '),
    licenseConcluded: unknown,
    licenseDeclared: declared.length === 0 ? unknown : joinExpressions(declared),
    copyrightText: unknown,
    externalRefs: [purlReference(one.purl)],
  };
}

/** Letters, digits, dots and dashes only; the place makes it unique. */
function packageId({ kind, name, version, purl, path, inside }: ImagePackage): string {
  const print = sha256([purl, path, inside ?? ''].join('\0')).slice(0, 16);
  return `SPDXRef-Package-${`${kind}-${name}-${version}`.replace(/[^A-Za-z0-9.]+/g, '-').slice(0, 120)}-${print}`;
}

/** A text that was put together and cut holds its parts in memory: of each of a hundred thousand packages. */
function alone(text: string): string {
  return Buffer.from(text).toString();
}

/** The first way is of Node.js 20.12 and later: it leaves nothing behind that waits for a collection. */
function sha256(text: string): string {
  return typeof crypto.hash === 'function'
    ? crypto.hash('sha256', text)
    : crypto.createHash('sha256').update(text).digest('hex');
}

function purlReference(purl: string) {
  return { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl };
}

function relationship(from: string, relationshipType: string, to: string) {
  return { spdxElementId: from, relationshipType, relatedSpdxElement: to };
}

interface LicenceReferences {
  /** Of a licence that is not on the list of SPDX. */
  idOf(name: string): string;
  list(): { readonly licenseId: string; readonly name: string; readonly extractedText: string }[];
}

function licenceReferences(): LicenceReferences {
  const ids = new Map<string, string>();
  return {
    idOf(name) {
      const print = crypto.createHash('sha256').update(name).digest('hex').slice(0, 8);
      const id = ids.get(name) ?? `LicenseRef-${name.replace(/[^A-Za-z0-9.]+/g, '-').slice(0, 60)}-${print}`;
      ids.set(name, id);
      return id;
    },
    list: () => [...ids].map(([name, licenseId]) => ({ licenseId, name, extractedText: name })),
  };
}
