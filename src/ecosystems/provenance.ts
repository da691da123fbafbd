import { isJsonObject, type JsonObject, jsonObjectOf } from '../core/json-object.ts';
import type { Statement } from './in-toto.ts';

/** How and of what something was built, as its builder says. */
export interface Provenance {
  /** Who built it: an address; undefined for a builder that has no name, as a BuildKit of one's own. */
  readonly builder: string | undefined;
  readonly buildType: string | undefined;
  /** The repository or context that it was built of, and which state of it. */
  readonly source: string | undefined;
  readonly revision: string | undefined;
  /** RFC 3339, as written. */
  readonly startedOn: string | undefined;
  readonly finishedOn: string | undefined;
  /** What went into it: base images, sources. */
  readonly materials: readonly { readonly uri: string; readonly digest: string | undefined }[];
}

const maximumMaterials = 10_000;
const longest = 2000;

/**
 * What a statement of SLSA provenance says, of version 0.2 (https://slsa.dev/spec/v0.2/provenance) or 1 (https://slsa.dev/spec/v1.0/provenance), with
 * what BuildKit adds (https://docs.docker.com/build/metadata/attestations/slsa-definitions/). Undefined for any other statement.
 */
export function provenanceIn({ predicateType, predicate }: Statement): Provenance | undefined {
  if (!isProvenance(predicateType) || !isJsonObject(predicate)) return undefined;
  return isJsonObject(predicate.buildDefinition) || isJsonObject(predicate.runDetails)
    ? ofVersion1(predicate)
    : ofVersion02(predicate);
}

export function isProvenance(predicateType: string): boolean {
  return predicateType.startsWith('https://slsa.dev/provenance/');
}

function ofVersion1(predicate: JsonObject): Provenance {
  const definition = jsonObjectOf(predicate.buildDefinition);
  const run = jsonObjectOf(predicate.runDetails);
  const metadata = jsonObjectOf(run.metadata);
  const parameters = jsonObjectOf(definition.externalParameters);
  const vcs = jsonObjectOf(jsonObjectOf(metadata.buildkit_metadata).vcs);
  // GitHub's builders call it workflow.
  const workflow = jsonObjectOf(parameters.workflow);
  const materials = materialsIn(definition.resolvedDependencies);
  const source = textOf(vcs.source) ?? textOf(jsonObjectOf(parameters.configSource).uri) ?? textOf(workflow.repository);
  return {
    builder: textOf(jsonObjectOf(run.builder).id),
    buildType: textOf(definition.buildType),
    source,
    revision: textOf(vcs.revision) ?? revisionIn(parameters.configSource) ?? textOf(workflow.ref),
    startedOn: textOf(metadata.startedOn),
    finishedOn: textOf(metadata.finishedOn),
    materials,
  };
}

function ofVersion02(predicate: JsonObject): Provenance {
  const metadata = jsonObjectOf(predicate.metadata);
  const { configSource } = jsonObjectOf(predicate.invocation);
  const vcs = jsonObjectOf(jsonObjectOf(metadata['https://mobyproject.org/buildkit@v1#metadata']).vcs);
  return {
    builder: textOf(jsonObjectOf(predicate.builder).id),
    buildType: textOf(predicate.buildType),
    source: textOf(vcs.source) ?? textOf(jsonObjectOf(configSource).uri),
    revision: textOf(vcs.revision) ?? revisionIn(configSource),
    startedOn: textOf(metadata.buildStartedOn),
    finishedOn: textOf(metadata.buildFinishedOn),
    materials: materialsIn(predicate.materials),
  };
}

function materialsIn(list: unknown): Provenance['materials'] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, maximumMaterials).flatMap((one: unknown) => {
    const { uri, digest } = jsonObjectOf(one);
    const [algorithm, value] = Object.entries(jsonObjectOf(digest))[0] ?? [];
    if (typeof uri !== 'string' || uri === '') return [];
    return [
      {
        uri: uri.slice(0, longest),
        digest: typeof value === 'string' ? `${algorithm}:${value}`.slice(0, longest) : undefined,
      },
    ];
  });
}

/** Of a source: Git's SHA-1, whichever of the names in use it has. */
function revisionIn(source: unknown): string | undefined {
  const digest = jsonObjectOf(jsonObjectOf(source).digest);
  return textOf(digest.gitCommit) ?? textOf(digest.sha1) ?? textOf(digest.sha256);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, longest) : undefined;
}
