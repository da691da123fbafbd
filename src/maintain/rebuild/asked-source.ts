import type { RebuildSource } from '../../core/rebuild-report.ts';

/** One package source, and what came of asking it. */
export type AskedSource = RebuildSource;

/** An address as it is shown: without name, password and query, which may be secrets. */
export function plainAddress(address: string): string {
  if (!URL.canParse(address)) return address.replace(/\/\/[^/@]{1,500}@/, '//');
  const url = new URL(address);
  const text = `${url.protocol}//${url.host}${url.pathname}`;
  return text.replace(/\/$/, '');
}
