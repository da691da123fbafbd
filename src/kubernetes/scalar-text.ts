import { resolvePlain } from './internal/yaml-scalar.ts';

/** A scalar as it is written; texts in quotes only where they would be read as something else, or always for JSON. */
export function scalarText(value: string | number | boolean | null, json = false): string {
  if (typeof value !== 'string') return String(value);
  return json || !isPlain(value) ? JSON.stringify(value) : value;
}

/** True for a text that every reader of YAML takes as it is, in block and flow style. */
function isPlain(text: string): boolean {
  const isWord = /^[A-Za-z_./](?:[A-Za-z0-9_./@%+:-]*[A-Za-z0-9_/])?$/.test(text);
  const isAmount = /^[0-9]+[A-Za-z]+$/.test(text);
  return (isWord || isAmount) && typeof resolvePlain(text) === 'string';
}
