import type { HealthcheckInstruction } from './instruction.ts';
import { sliceMapped } from './mapped-text.ts';
import { parseCommandForm } from './parse-command-form.ts';
import type { MappedText } from './syntax.ts';
import { isSpace } from './white-space.ts';

/** `NONE`, or `CMD` and a command. https://docs.docker.com/reference/dockerfile/#healthcheck */
export function parseHealthcheck(text: MappedText): HealthcheckInstruction['check'] {
  let end = 0;
  while (end < text.text.length && !isAsciiSpace(text.text.charCodeAt(end))) end += 1;
  const type = text.text.slice(0, end).toUpperCase();
  if (type === 'NONE') return { kind: 'none' };
  let commandStart = end;
  while (isAsciiSpace(text.text.charCodeAt(commandStart))) commandStart += 1;
  if (type !== 'CMD' || commandStart === text.text.length) return { kind: 'invalid' };
  return { kind: 'cmd', command: parseCommandForm(sliceMapped(text, commandStart, text.text.length)) };
}

/** BuildKit reads this instruction byte by byte: white space beyond ASCII is none. */
function isAsciiSpace(code: number): boolean {
  return code < 128 && isSpace(code);
}
