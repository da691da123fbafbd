import type { AdvisoryDetails } from '../advisory.ts';
import { severityOf } from '../severity-words.ts';
import { textsOf } from './store-format.ts';

/** Details as they are kept: a list, since there are hundreds of thousands of them. */
export function writeDetails(details: AdvisoryDetails): string {
  const { aliases, upstream, summary, published, modified, vectors, rating, references } = details;
  return JSON.stringify([
    aliases,
    upstream,
    summary,
    published ?? '',
    modified ?? '',
    vectors,
    rating ?? '',
    references,
  ]);
}

export function readDetails(id: string, value: unknown): AdvisoryDetails {
  const [aliases, upstream, summary, published, modified, vectors, rating, references]: unknown[] = Array.isArray(value)
    ? value
    : [];
  const known = severityOf(rating);
  return {
    id,
    aliases: textsOf(aliases),
    upstream: textsOf(upstream),
    summary: typeof summary === 'string' ? summary : '',
    ...(typeof published === 'string' && published !== '' && { published }),
    ...(typeof modified === 'string' && modified !== '' && { modified }),
    vectors: textsOf(vectors),
    ...(known !== undefined && { rating: known }),
    references: textsOf(references),
  };
}
