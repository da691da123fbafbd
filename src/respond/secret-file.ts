import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { UserError } from '../core/errors.ts';

/** What a file holds now. Mounted Secrets are replaced while a program runs, so it is looked at again every few seconds. */
export interface SecretFile {
  /** Lines that are not empty. Of a file that cannot be read any more the last ones. */
  lines(): readonly string[];
}

const lookAgain = 2000;
const shortest = 16;
const largest = 64 * 1024;

/** @throws UserError where the file cannot be read at first, or holds nothing that is long enough to be a secret. */
export function secretFile(path: string, now: () => number, complain: (message: string) => void): SecretFile {
  let lines = read(path);
  let known = stampOf(path);
  let looked = now();
  return {
    lines() {
      if (now() - looked < lookAgain) return lines;
      looked = now();
      const stamp = stampOf(path);
      if (stamp === known) return lines;
      try {
        lines = read(path);
        known = stamp;
      } catch (error) {
        complain(`the last one stays in force: ${error instanceof Error ? error.message : String(error)}`);
      }
      return lines;
    },
  };
}

function stampOf(path: string): string {
  try {
    const { mtimeMs, ino, size } = statSync(path);
    return `${mtimeMs} ${ino} ${size}`;
  } catch {
    return '';
  }
}

function read(path: string): readonly string[] {
  let text: string;
  try {
    if (statSync(path).size > largest) throw new Error('it is too large');
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError('this file with a secret cannot be read', { where: path, cause });
  }
  const lines = text.split('\n').map((line) => line.trim());
  const kept = lines.filter((line) => line !== '');
  if (kept.length === 0) throw new UserError('this file with a secret is empty', { where: path });
  if (kept.some((line) => line.length < shortest))
    throw new UserError(`a secret of less than ${shortest} characters is guessed`, {
      where: path,
      remedy: 'head -c 32 /dev/urandom | base64 makes one.',
    });
  return kept;
}

/** Whether a text is one of the secrets; takes as long whatever it is. */
export function isOneOf(given: string, secrets: readonly string[]): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const has = digest(given);
  let found = false;
  for (const secret of secrets) if (timingSafeEqual(digest(secret), has)) found = true;
  return found;
}
