import { jsonElements, jsonPieces } from '../core/json-pieces.ts';
import type { ImageAnalysis, ImagePackage } from '../image/image-analysis.ts';
import { imageUrl, orderedPackages, placeFacts, type SbomOptions, sbomDate } from './internal/sbom.ts';
import { joinExpressions, spdxExpression } from './internal/sbom-licences.ts';

export interface CycloneDxOptions extends SbomOptions {
  /** `urn:uuid:…`; left out unless it is given, so that, but for its date, the same image gives the same bytes. */
  readonly serialNumber?: string;
}

/** An image's packages as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): place, layer and size are properties named `plimsoll:…`. */
export function renderCycloneDx(analysis: ImageAnalysis, options: CycloneDxOptions): Iterable<string> {
  return jsonPieces(bom(analysis, options));
}

function bom(analysis: ImageAnalysis, options: CycloneDxOptions) {
  const timestamp = sbomDate(options);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    ...(options.serialNumber !== undefined && { serialNumber: options.serialNumber }),
    version: 1,
    metadata: {
      timestamp,
      tools: { components: [{ type: 'application', name: 'plimsoll', version: options.version }] },
      component: imageComponent(analysis),
    },
    components: jsonElements(() => components(analysis)),
  };
}

function* components(analysis: ImageAnalysis) {
  const references = new Set<string>();
  yield* operatingSystem(analysis);
  for (const one of orderedPackages(analysis)) yield component(one, analysis, references);
}

function imageComponent(analysis: ImageAnalysis) {
  const { name, digest } = analysis.image;
  const purl = imageUrl(analysis);
  return {
    type: 'container',
    'bom-ref': purl ?? `image ${name}`,
    name,
    ...(digest !== undefined && { version: digest }),
    ...(purl !== undefined && { purl }),
  };
}

function operatingSystem({ operatingSystem: system }: ImageAnalysis) {
  if (!system) return [];
  return [
    {
      type: 'operating-system',
      'bom-ref': `operating-system ${system.id}`,
      name: system.id,
      ...(system.versionId !== undefined && { version: system.versionId }),
      ...(system.prettyName !== undefined && { description: system.prettyName }),
    },
  ];
}

function component(one: ImagePackage, analysis: ImageAnalysis, references: Set<string>) {
  const { group, name } = groupAndName(one);
  return {
    type: one.kind === 'generic' ? 'application' : 'library',
    'bom-ref': uniqueReference(one, references),
    ...(group !== undefined && { group }),
    name,
    version: one.version,
    ...licences(one.licences),
    purl: one.purl,
    properties: placeFacts(one, analysis).map(([fact, value]) => ({ name: `plimsoll:${fact}`, value })),
    evidence: { occurrences: [{ location: [one.path, one.inside].filter(Boolean).join('!/') }] },
  };
}

/** Whatever stands before the last divider of names that have one. */
function groupAndName({ kind, name }: ImagePackage): { readonly group?: string; readonly name: string } {
  const divider = kind === 'maven' ? ':' : kind === 'npm' || kind === 'composer' ? '/' : undefined;
  const at = divider === undefined ? -1 : name.indexOf(divider);
  return at <= 0 ? { name } : { group: name.slice(0, at), name: name.slice(at + 1) };
}

/** The package URL, with the place where the same package stands at several. */
function uniqueReference({ purl, path, inside }: ImagePackage, references: Set<string>): string {
  const reference = references.has(purl) ? `${purl} ${[path, inside].filter(Boolean).join('!/')}` : purl;
  references.add(reference);
  return reference;
}

/** One expression where all are expressions, else names: the schema allows no mixture. */
function licences(declared: readonly string[]) {
  if (declared.length === 0) return {};
  const expressions = declared.flatMap((one) => spdxExpression(one) ?? []);
  return {
    licenses:
      expressions.length === declared.length
        ? [{ expression: joinExpressions(expressions) }]
        : declared.map((name) => ({ license: { name } })),
  };
}
