/** Sequences of the keys that have names, as terminals send them (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html). */
const sequences: ReadonlyMap<string, string> = new Map([
  ['\x1b[A', 'up'],
  ['\x1bOA', 'up'],
  ['\x1b[B', 'down'],
  ['\x1bOB', 'down'],
  ['\x1b[C', 'right'],
  ['\x1bOC', 'right'],
  ['\x1b[D', 'left'],
  ['\x1bOD', 'left'],
  ['\x1b[H', 'home'],
  ['\x1b[1~', 'home'],
  ['\x1b[F', 'end'],
  ['\x1b[4~', 'end'],
  ['\x1b[5~', 'pageup'],
  ['\x1b[6~', 'pagedown'],
  ['\t', 'tab'],
  [' ', 'space'],
  ['\x00', 'ctrl+space'],
  ['\x7f', 'backspace'],
  ['\b', 'backspace'],
  ['\x1b', 'escape'],
]);

const sequenceForm = /^\x1b(?:\[[0-9;]{0,16}[A-Za-z~]|O[A-Za-z])/;

/** The keys that were pressed: `up`, `space`, `ctrl+a`, `x`. Return is `ctrl+m`, which is the same to a terminal. Sequences without a name are left out. */
export function keysOf(input: string): string[] {
  const keys: string[] = [];
  for (let at = 0; at < input.length; ) {
    const sequence = sequenceForm.exec(input.slice(at, at + 24))?.[0];
    const character = sequence ?? String.fromCodePoint(input.codePointAt(at) ?? 0);
    at += character.length;
    const code = character.charCodeAt(0);
    const named = sequences.get(character);
    if (named !== undefined) keys.push(named);
    else if (sequence === undefined && code < 27) keys.push(`ctrl+${String.fromCharCode(code + 96)}`);
    else if (sequence === undefined && code >= 32) keys.push(character);
  }
  return keys;
}
