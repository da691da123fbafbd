import { findTokens, secretInVariable } from '../../core/secret-text.ts';

/** Names that go before a secret have one of these. */
const marks = /pass|pwd|secret|token|key|credential|authoriz/i;
const assignment = /([A-Za-z][A-Za-z0-9_.-]{0,80})["']?\s{0,2}[=:]\s{0,2}["']?([^\s"',;&]{3,300})/g;
const header = /authorization["']?\s{0,2}[:=]\s{0,2}["']?(?:bearer|basic|token) ([^\s"',;]{6,2000})/i;

export interface TextSecret {
  readonly kind: string;
  /** Counted from 1. */
  readonly column: number;
}

/** The first secret in a line of text: kind and place, never the value. Linear in the line. */
export function secretInText(text: string): TextSecret | undefined {
  const [token] = findTokens(text);
  if (token) return { kind: token.kind, column: token.range.start + 1 };
  if (!marks.test(text)) return undefined;
  const login = header.exec(text);
  if (login && !/redact|\*{3}/i.test(login[1] ?? ''))
    return { kind: 'credentials of a request', column: login.index + 1 };
  for (const match of text.matchAll(assignment)) {
    const [, name = '', value = ''] = match;
    if (/redact|\*{3}/i.test(value)) continue;
    // «password: changed by its owner» is a sentence.
    if (/[:=]\s/.test(match[0]) && /^[A-Za-z]+$/.test(value)) continue;
    const found = secretInVariable(name, value);
    if (found) return { kind: found.kind, column: match.index + match[0].lastIndexOf(value) + 1 };
  }
  return undefined;
}
