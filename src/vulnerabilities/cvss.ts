import { scoreOfVersion2 } from './internal/cvss-v2.ts';
import { scoreOfVersion3 } from './internal/cvss-v3.ts';
import { scoreOfVersion4 } from './internal/cvss-v4.ts';

export interface ScoredVector {
  readonly vector: string;
  /** 0 to 10, to one decimal. */
  readonly score: number;
}

/**
 * The score of a CVSS vector, computed as FIRST specifies: https://www.first.org/cvss/v4-0/specification-document, v3.1, v3.0 and v2. Of versions 2 and 3 the base
 * score; of version 4 what its metrics give, threat and environment with them. Undefined for what is no vector.
 */
export function cvssScore(vector: string): number | undefined {
  if (vector.length > 512) return undefined;
  if (vector.startsWith('CVSS:4.0/')) return scoreOfVersion4(metricsOf(vector.slice(9)));
  if (vector.startsWith('CVSS:3.')) return scoreOfVersion3(metricsOf(vector.slice(9)), vector.startsWith('CVSS:3.1/'));
  return scoreOfVersion2(metricsOf(vector.replace(/^\((.*)\)$/, '$1')));
}

/** The vector of the newest version; the highest score where several are of it. */
export function bestVector(vectors: readonly string[]): ScoredVector | undefined {
  let best: ScoredVector | undefined;
  for (const vector of vectors) {
    const score = rememberedScore(vector);
    if (score === undefined) continue;
    const order = best === undefined ? 1 : versionOf(vector) - versionOf(best.vector) || score - (best?.score ?? 0);
    if (order > 0) best = { vector, score };
  }
  return best;
}

/** Thousands of advisories share a few hundred vectors. */
const remembered = new Map<string, number | undefined>();
const mostRemembered = 5000;

function rememberedScore(vector: string): number | undefined {
  if (remembered.has(vector)) return remembered.get(vector);
  const score = cvssScore(vector);
  if (remembered.size < mostRemembered) remembered.set(vector, score);
  return score;
}

/** 2 where it does not say. */
function versionOf(vector: string): number {
  return Number(/^CVSS:(\d\.\d)\//.exec(vector)?.[1] ?? 2);
}

/** `AV:N/AC:L` by name; a metric that stands there twice makes it no vector. */
function metricsOf(text: string): ReadonlyMap<string, string> {
  const metrics = new Map<string, string>();
  for (const part of text.split('/')) {
    const [name = '', value] = part.split(':');
    if (value === undefined || metrics.has(name)) return new Map();
    metrics.set(name, value);
  }
  return metrics;
}
