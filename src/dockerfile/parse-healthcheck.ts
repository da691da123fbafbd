import type { HealthcheckInstruction } from './instruction.ts';
import { sliceMapped } from './mapped-text.ts';
import { parseCommandForm } from './parse-command-form.ts';
import type { MappedText } from './syntax.ts';
import { isSpace, skipSpace } from './white-space.ts';

/** `NONE`, or `CMD` and a command. https://docs.docker.com/reference/dockerfile/#healthcheck */
export function parseHealthcheck(text: MappedText): HealthcheckInstruction['check'] {
  let end = 0;
  while (end < text.text.length && !isSpace(text.text.charCodeAt(end))) end += 1;
  const type = text.text.slice(0, end).toUpperCase();
  if (type === 'NONE') return { kind: 'none' };
  const commandStart = skipSpace(text.text, end);
  if (type !== 'CMD' || commandStart === text.text.length) return { kind: 'invalid' };
  return { kind: 'cmd', command: parseCommandForm(sliceMapped(text, commandStart, text.text.length)) };
}
