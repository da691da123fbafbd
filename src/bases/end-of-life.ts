import type { EndOfLife } from './base-image.ts';
import { distributionDates } from './distribution-dates.ts';
import { runtimeDates } from './runtime-dates.ts';

/**
 * When support for a version ends. A longer version is looked up by its release line (`3.9.18` is `3.9`, then `3`);
 * a shorter one (`3`) moves with its latest release and is known only where that line is closed.
 */
export function endOfLife(product: string, version: string | undefined): EndOfLife | undefined {
  const table = tableOf(product);
  if (!table || version === undefined) return undefined;
  const parts = version.split('.');
  for (let length = parts.length; length > 0; length--) {
    const line = parts.slice(0, length).join('.');
    const date = Object.hasOwn(table, line) ? table[line] : undefined;
    // `5` of PHP stands for the last 5.x; 5.2 is older than all that are listed, and ended no later.
    if (date !== undefined) return { product: `${product} ${line}`, date };
  }
  return undefined;
}

function tableOf(product: string): Readonly<Record<string, string>> | undefined {
  if (Object.hasOwn(distributionDates, product)) return distributionDates[product];
  return Object.hasOwn(runtimeDates, product) ? runtimeDates[product] : undefined;
}

/** «Node.js 16 has had no security updates since 2023-09-11», of each release, as clauses of one sentence. */
export function supportSaid(ends: readonly EndOfLife[], today: string): string {
  return ends
    .map(({ product, date }) =>
      date < today ? `${product} has had no security updates since ${date}` : `${product} is supported until ${date}`,
    )
    .join(', and ');
}
