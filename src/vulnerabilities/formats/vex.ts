import { isJsonObject, type JsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { Statement } from '../statement.ts';

/**
 * The statements of an OpenVEX document (https://github.com/openvex/spec) or of the analyses in a CycloneDX document
 * (https://cyclonedx.org/capabilities/vex/); undefined for what is neither.
 */
export function readVex(value: unknown, from: string): readonly Statement[] | undefined {
  const document = jsonObjectOf(value);
  const context = document['@context'];
  const names = Array.isArray(context) ? context : [context];
  if (names.some((name) => typeof name === 'string' && name.startsWith('https://openvex.dev/ns')))
    return objects(document.statements).flatMap((each) => openVexStatement(each, document, from) ?? []);
  if (document.bomFormat === 'CycloneDX') return cycloneDxStatements(document, from);
  return undefined;
}

const openVexStates = new Map<unknown, Statement['status']>([
  ['not_affected', 'not-affected'],
  ['fixed', 'fixed'],
  ['affected', 'affected'],
  ['under_investigation', 'under-investigation'],
]);

function openVexStatement(value: JsonObject, document: JsonObject, from: string): Statement | undefined {
  const status = openVexStates.get(value.status);
  const ids = idsOf(value.vulnerability);
  if (status === undefined || ids.length === 0) return undefined;
  const products = list(value.products);
  const parts = products.flatMap((product) => list(jsonObjectOf(product).subcomponents));
  const identified = products.flatMap(identifiersOf);
  const images = identified.filter(isImagePurl);
  // A product that is a package itself is what is spoken of; of an image, its subcomponents are, or all of it.
  const packages = [...identified.filter((each) => !isImagePurl(each)), ...parts.flatMap(identifiersOf)];
  // What names products that cannot be told is about something else, not about everything.
  if (products.length > 0 && identified.length === 0) return undefined;
  if (parts.length > 0 && parts.flatMap(identifiersOf).length === 0) return undefined;
  const said = value.timestamp ?? value.last_updated ?? document.timestamp;
  return {
    ids,
    packages,
    images,
    status,
    reason: texts(value.justification, value.impact_statement, value.status_notes).join(': ') || status,
    ...(typeof said === 'string' && { said }),
    from,
  };
}

/** An object with a name and aliases; in the first drafts a text. */
function idsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  const { name, aliases } = jsonObjectOf(value);
  return [...texts(name), ...texts(...list(aliases))];
}

function identifiersOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  const component = jsonObjectOf(value);
  const { purl } = jsonObjectOf(component.identifiers);
  return texts(purl, component['@id'], ...Object.values(jsonObjectOf(component.hashes))).filter(
    (each, at, all) => each.startsWith('pkg:') || /^sha256:/.test(each) || (at === 0 && all.length === 1),
  );
}

function isImagePurl(text: string): boolean {
  return /^pkg:(?:oci|docker)\//.test(text) || text.startsWith('sha256:') || !text.startsWith('pkg:');
}

const cycloneDxStates = new Map<unknown, Statement['status']>([
  ['not_affected', 'not-affected'],
  ['false_positive', 'not-affected'],
  ['resolved', 'fixed'],
  ['resolved_with_pedigree', 'fixed'],
  ['exploitable', 'affected'],
  ['in_triage', 'under-investigation'],
]);

function cycloneDxStatements(document: JsonObject, from: string): Statement[] {
  const purls = new Map<string, string>();
  for (const component of components(document, 0)) {
    const [reference] = texts(component['bom-ref']);
    const [purl] = texts(component.purl);
    if (reference !== undefined && purl !== undefined) purls.set(reference, purl);
  }
  const metadata = jsonObjectOf(document.metadata);
  return objects(document.vulnerabilities).flatMap((value) => {
    const analysis = jsonObjectOf(value.analysis);
    const status = cycloneDxStates.get(analysis.state);
    const [id] = texts(value.id);
    if (status === undefined || id === undefined) return [];
    const affected = objects(value.affects).flatMap(({ ref }) => texts(ref).map((each) => packageOf(each, purls)));
    const known = affected.filter((each) => each !== undefined);
    if (affected.length > 0 && known.length === 0) return [];
    const said = texts(analysis.lastUpdated, value.updated, metadata.timestamp)[0];
    return [
      {
        ids: [id, ...objects(value.references).flatMap((reference) => texts(reference.id))],
        packages: known.filter((each) => !isImagePurl(each)),
        images: known.filter(isImagePurl),
        status,
        reason: texts(analysis.justification, analysis.detail).join(': ') || status,
        ...(said !== undefined && { said }),
        from,
      },
    ];
  });
}

/** A reference is a component's, a purl, or one into another document: `urn:cdx:serial/version#bom-ref`. */
function packageOf(reference: string, purls: ReadonlyMap<string, string>): string | undefined {
  const local = reference.startsWith('urn:cdx:') ? reference.slice(reference.indexOf('#') + 1) : reference;
  return purls.get(local) ?? (local.startsWith('pkg:') ? local : undefined);
}

const deepest = 20;

function components(value: JsonObject, depth: number): JsonObject[] {
  if (depth > deepest) return [];
  return [...objects(value.components), ...objects([jsonObjectOf(value.metadata).component])].flatMap((each) => [
    each,
    ...components(each, depth + 1),
  ]);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objects(value: unknown): JsonObject[] {
  return list(value).filter(isJsonObject);
}

function texts(...values: readonly unknown[]): string[] {
  return values.filter((each): each is string => typeof each === 'string' && each !== '');
}
