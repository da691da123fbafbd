import type { CommandForm } from './instruction.ts';
import { beginsAsJsonArray, parseJsonArray } from './parse-json-array.ts';
import type { MappedText } from './syntax.ts';
import { decodedToken } from './word-token.ts';

/** The exec form when the text is a JSON array of strings, otherwise the shell form. */
export function parseCommandForm(text: MappedText): CommandForm {
  const words = parseJsonArray(text.text);
  if (words !== undefined) return { form: 'exec', words: words.map((word) => decodedToken(text, word)) };
  return { form: 'shell', command: text, failedJson: beginsAsJsonArray(text.text) };
}
