import { isJsonObject } from '../core/json-object.ts';

/** A plain scalar that every YAML reader takes for this very text. */
const plain = /^[A-Za-z/][\w./-]*(?::[\w./-]+)*$/;
const otherwiseRead = /^(?:true|false|yes|no|on|off|null|y|n)$/i;
/** What JSON leaves as it is and YAML does not take: https://yaml.org/spec/1.2.2/#51-character-set */
const unprintable = /[\u007f-\u009f\ufeff\ufffe\uffff]/g;
const deepest = 100;

/** A JSON value as YAML, one entry a line, in the order of its keys. What is nested too deeply is left out. */
export function yamlText(value: unknown): string {
  const lines: string[] = [];
  write(value, '', '', lines, 0);
  return `${lines.join('\n')}\n`;
}

function write(value: unknown, lead: string, indent: string, lines: string[], depth: number): void {
  if (depth > deepest) return;
  if (Array.isArray(value) && value.length > 0) {
    if (lead.endsWith(':')) lines.push(lead);
    const first = lead.endsWith(':') ? indent : lead;
    value.forEach((item: unknown, at) => {
      write(item, `${at === 0 ? first : indent}- `, `${indent}  `, lines, depth + 1);
    });
    return;
  }
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    if (lead.endsWith(':')) lines.push(lead);
    let first = lead.endsWith(':') ? indent : lead;
    for (const [key, entry] of Object.entries(value)) {
      if (entry === undefined) continue;
      // An item's first key stands behind its dash, a list stands as deep as its key.
      write(entry, `${first}${yamlScalar(key)}:`, Array.isArray(entry) ? indent : `${indent}  `, lines, depth + 1);
      first = indent;
    }
    return;
  }
  lines.push(`${lead}${lead.endsWith(':') ? ' ' : ''}${yamlScalar(value)}`);
}

/** A JSON value without members as YAML: plain where every reader takes it for this very text, else in double quotes. */
export function yamlScalar(value: unknown): string {
  if (typeof value === 'string' && plain.test(value) && !otherwiseRead.test(value)) return value;
  const text = JSON.stringify(value) ?? 'null';
  return text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
