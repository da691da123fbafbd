import { isJsonObject } from '../core/json-object.ts';

/** Longer than any expression; a whole licence text is no name. */
const maximumLength = 200;

/**
 * Licences as a manifest of JSON declares them: a text, a list of texts, and the objects with `type` or `name` that old packages of npm have
 * (https://docs.npmjs.com/cli/v10/configuring-npm/package-json#license).
 */
export function declaredLicences(...values: readonly unknown[]): string[] {
  const found = new Set<string>();
  for (const value of values.flat().slice(0, 100)) {
    const text = isJsonObject(value) ? (value.type ?? value.name) : value;
    if (typeof text === 'string' && isLicenceName(text.trim())) found.add(text.trim());
  }
  return [...found];
}

/** Whether a text can be the name of a licence: one line, neither empty, endless nor a word for none. */
export function isLicenceName(text: string): boolean {
  return text !== '' && text.length <= maximumLength && !/[\0\r\n]/.test(text) && text.toUpperCase() !== 'UNKNOWN';
}
