import type { FileHeader } from '../installed-package.ts';

/** Nothing that Go or Rust builds is smaller. */
const minimumBytes = 64 * 1024;

/** Whether a file can be a program or a shared library that Go or Rust built, by its header alone. */
export function mayBeProgram({ path, bytes, mode }: FileHeader): boolean {
  return bytes >= minimumBytes && ((mode & 0o111) !== 0 || path.endsWith('.so') || path.endsWith('.node'));
}
