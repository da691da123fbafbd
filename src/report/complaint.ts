import { printable } from '../core/printable.ts';

/** A line for standard error on something that could not be done: names come from files, and reasons from servers. */
export function complaint(name: string, reason: string): string {
  return `plimsoll: ${printable(name)}: ${printable(reason)}\n`;
}
