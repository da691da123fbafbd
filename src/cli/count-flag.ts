import { UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { ParsedArguments } from './command.ts';

/**
 * A flag's value as a whole number.
 * @throws UserError for what is none, and for less than one
 */
export function countFrom(parsed: ParsedArguments, flag: string, otherwise: number): number {
  const text = parsed.value(flag);
  if (text === undefined) return otherwise;
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1)
    throw new UserError(`--${flag} takes a number from 1 on; not «${printable(text)}»`);
  return Number(text);
}
