import { writeFileSync } from 'node:fs';
import { UserError } from '../core/errors.ts';

/** @throws UserError when the file cannot be written. */
export function writeFile(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new UserError('this file cannot be written', { where: file, cause });
  }
}
