import { findTokens, type SecretMatch, secretInVariable } from './secret-text.ts';

/** A secret in a file that a manifest holds as one value, and under which name. */
export interface SecretInFile {
  /** The file's own, or `db.password in application.properties`. */
  readonly name: string;
  readonly secret: Pick<SecretMatch, 'kind' | 'certainty'>;
}

const settingsName = /(?:^|\.)(?:env|properties)$/i;
const setting = /^(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/;

/** Texts of a user interface. */
const wording = /^(?:label|message|msg|text|error|i18n|title|hint|placeholder)s?\./i;

/** Longer texts are no settings that a person wrote. */
const mostLines = 500;

/** A file of settings by its name, or a text of nothing but lines such as `NAME=value`. */
export function isSettingsFile(name: string, text: string): boolean {
  if (settingsName.test(name)) return true;
  if (!/^(?:export )?[A-Z#\n]/.test(text)) return false;
  const lines = settingLines(text);
  return lines.length > 0 && lines.every((line) => /^(?:export )?[A-Z][A-Z0-9_]*=/.test(line));
}

/**
 * A token of a published form anywhere in the text or, in a file of settings, a value under a name that says that it is secret. A password in an
 * address counts in a file of settings alone: elsewhere it may be an example.
 */
export function secretInFile(name: string, text: string): SecretInFile | undefined {
  const token = findTokens(text).find(({ kind }) => kind !== 'password in a URL');
  if (token) return { name, secret: token };
  if (!isSettingsFile(name, text) || /^messages/i.test(name)) return undefined;
  for (const line of settingLines(text)) {
    const [, key = '', written = ''] = setting.exec(line) ?? [];
    const value = written.trim().replace(/^(["'])(.*)\1$/, '$2');
    // What a program puts together or fills in is no literal, and what people read is no secret.
    const isLiteral = !/[()[\]]|^@.*@$|^%.*%$/.test(value) && !wording.test(key);
    const secret = isLiteral ? secretInVariable(key, value) : undefined;
    if (secret) return { name: `${key} in ${name}`, secret };
  }
  return undefined;
}

function settingLines(text: string): readonly string[] {
  const lines = text.split('\n', mostLines).map((line) => line.trim());
  return lines.filter((line) => line !== '' && !/^[#!;]/.test(line));
}
