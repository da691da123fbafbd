import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv } from 'ajv';

const require = createRequire(import.meta.url);

function shipped(name: string) {
  const folder = path.dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json'));
  return JSON.parse(readFileSync(path.join(folder, 'res/schema', `${name}.SNAPSHOT.schema.json`), 'utf8'));
}

/** CycloneDX's own schema as its own library ships it. */
const validCycloneDx = (() => {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  for (const format of ['iri-reference', 'idn-email', 'email', 'uri', 'date']) ajv.addFormat(format, true);
  ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs'])
    ajv.addSchema(shipped(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  return ajv.compile(shipped('bom-1.6'));
})();

export function cycloneDxErrors(text: string) {
  validCycloneDx(JSON.parse(text));
  return validCycloneDx.errors ?? [];
}

/** What SPDX 2.3 asks of a document of packages (https://spdx.github.io/spdx-spec/v2.3/): identifiers, references that lead somewhere, licences. */
export function spdxFaults(text: string): string[] {
  const {
    packages,
    relationships,
    hasExtractedLicensingInfos = [],
    creationInfo,
    documentNamespace,
  } = JSON.parse(text);
  const ids: string[] = packages.map((one: { SPDXID: string }) => one.SPDXID);
  const licences: string[] = packages.map((one: { licenseDeclared: string }) => one.licenseDeclared);
  const references = licences.flatMap((licence) => licence.match(/LicenseRef-[\w.-]+/g) ?? []);
  const defined = hasExtractedLicensingInfos.map((one: { licenseId: string }) => one.licenseId);
  return [
    ...ids.filter((id) => !/^SPDXRef-[A-Za-z0-9.-]+$/.test(id)).map((id) => `identifier ${id}`),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `identifier twice: ${id}`),
    ...relationships
      .flatMap((one: { spdxElementId: string; relatedSpdxElement: string }) => [
        one.spdxElementId,
        one.relatedSpdxElement,
      ])
      .filter((id: string) => id !== 'SPDXRef-DOCUMENT' && !ids.includes(id))
      .map((id: string) => `relationship with nothing: ${id}`),
    ...references.filter((id) => !defined.includes(id)).map((id) => `licence without a text: ${id}`),
    ...(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(creationInfo.created) ? [] : ['created']),
    ...(URL.canParse(documentNamespace) && !documentNamespace.includes('#') ? [] : ['namespace']),
  ];
}
