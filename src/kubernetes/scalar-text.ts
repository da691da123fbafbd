import { resolvePlain } from './internal/yaml-scalar.ts';

/** A scalar as it is written; texts in quotes only where they would be read as something else, or always for JSON. */
export function scalarText(value: string | number | boolean | null, json = false): string {
  if (typeof value !== 'string') return String(value);
  return json || !isKnownPlain(value) ? JSON.stringify(value) : value;
}

/** Words that repairs write, of which there are few: `securityContext`, `RuntimeDefault`. */
const plain = new Set<string>();
const mostPlain = 1000;
const longestPlain = 100;

function isKnownPlain(text: string): boolean {
  if (plain.has(text)) return true;
  if (!isPlain(text)) return false;
  if (plain.size < mostPlain && text.length < longestPlain) plain.add(text);
  return true;
}

/** True for a text that every reader of YAML takes as it is, in block and flow style. */
function isPlain(text: string): boolean {
  const isWord = /^[A-Za-z_./](?:[A-Za-z0-9_./@%+:-]*[A-Za-z0-9_/])?$/.test(text);
  const isAmount = /^[0-9]+[A-Za-z]+$/.test(text);
  return (isWord || isAmount) && typeof resolvePlain(text) === 'string';
}
