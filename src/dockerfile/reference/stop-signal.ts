import { parseGoInteger } from './go-number.ts';

const names = new Set(
  (
    'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP TSTP ' +
    'TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX'
  ).split(' '),
);

/** True for a signal that Linux has: a name with or without `SIG`, in any case, or a number other than 0. */
export function isStopSignal(signal: string): boolean {
  const number = parseGoInteger(signal);
  if (number !== undefined) return number !== 0n;
  const name = signal.toUpperCase().replace(/^SIG/, '');
  if (names.has(name)) return true;
  const realtime = /^RT(?:MIN\+|MAX-)([1-9][0-9]?)$/.exec(name);
  return realtime !== null && Number(realtime[1]) <= (name.startsWith('RTMIN') ? 15 : 14);
}
