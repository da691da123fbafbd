/** Signal numbers of Linux on x86 and Arm. https://man7.org/linux/man-pages/man7/signal.7.html */
const numbers: Readonly<Record<string, string>> = {
  '1': 'HUP',
  '2': 'INT',
  '3': 'QUIT',
  '6': 'ABRT',
  '9': 'KILL',
  '10': 'USR1',
  '12': 'USR2',
  '15': 'TERM',
  '19': 'STOP',
  '28': 'WINCH',
  '37': 'RTMIN+3',
};

/** `SIGTERM` for `15`, `TERM`, `sigterm` and `"SIGTERM"`; undefined where a variable decides or it is none. */
export function signalName(written: string): string | undefined {
  const text = written
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .toUpperCase()
    .replace(/^SIG/, '');
  if (Object.hasOwn(numbers, text)) return `SIG${numbers[text]}`;
  return /^(?:[A-Z]{3,6}[12]?|RTM(?:IN|AX)(?:[+-]\d{1,2})?)$/.test(text) ? `SIG${text}` : undefined;
}
