import { isJsonObject, jsonObjectOf } from '../core/json-object.ts';
import { parseJson } from './internal/parse-json.ts';

/** What somebody states of some bytes (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md). Whether it is true, nobody checked. */
export interface Statement {
  /** `https://slsa.dev/provenance/v1`, `https://spdx.dev/Document`. */
  readonly predicateType: string;
  readonly predicate: unknown;
  /** `sha256:…` of what it is about; empty where it does not say, as BuildKit's of an image without a name. */
  readonly subjects: readonly string[];
}

/** An envelope in an envelope in an envelope is made up. */
const maximumDepth = 4;

/**
 * The statement in a value of JSON: alone, in a DSSE envelope (https://github.com/secure-systems-lab/dsse/blob/master/envelope.md) or in a Sigstore
 * bundle (https://docs.sigstore.dev/about/bundle/). Signatures are not checked. Undefined where it is none of these.
 */
export function statementIn(value: unknown, depth = 0): Statement | undefined {
  if (!isJsonObject(value) || depth > maximumDepth) return undefined;
  if (isJsonObject(value.dsseEnvelope)) return statementIn(value.dsseEnvelope, depth + 1);
  if (typeof value.payload === 'string' && typeof value.payloadType === 'string')
    return statementIn(parseJson(Buffer.from(value.payload, 'base64').toString('utf8')), depth + 1);
  if (typeof value.predicateType !== 'string' || !('predicate' in value)) return undefined;
  return {
    predicateType: value.predicateType,
    predicate: value.predicate,
    subjects: digestsOf(value.subject),
  };
}

function digestsOf(subject: unknown): string[] {
  if (!Array.isArray(subject)) return [];
  return subject.slice(0, 1000).flatMap((one: unknown) => {
    const { sha256 } = jsonObjectOf(jsonObjectOf(one).digest);
    return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? [`sha256:${sha256}`] : [];
  });
}
