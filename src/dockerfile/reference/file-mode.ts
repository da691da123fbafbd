import { parseGoUnsigned } from './go-number.ts';

const symbolicClause = /^[augo]*(?:[-+=][rstwXxugo]*)+$/;

const maximalLength = 1000;

/**
 * Why `--chmod` cannot have this value, as one clause, or undefined when it can: an octal number up to 7777 or symbolic
 * modes as chmod(1) has them.
 */
export function fileModeFault(mode: string): string | undefined {
  const octal = parseGoUnsigned(mode, 8);
  if (octal !== undefined) return octal > 0o7777 ? 'it is more than 7777' : undefined;
  if (/^[0-9]/.test(mode)) return 'it is no octal number';
  if (mode.length > maximalLength) return 'it is too long';
  return mode.split(',').every((clause) => symbolicClause.test(clause)) ? undefined : 'it is no mode that chmod knows';
}
