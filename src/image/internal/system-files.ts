import { operatingSystemFiles } from '../../ecosystems/operating-system.ts';

/** Small files that say what a system is and who is in it. */
const systemFiles: ReadonlySet<string> = new Set([...operatingSystemFiles, 'etc/passwd', 'etc/shadow']);

const maximumBytes = 64 * 1024;

/** Up to which size the content of a file is kept: 0 for all but a few. */
export function keptTextBytes(path: string): number {
  return systemFiles.has(path) ? maximumBytes : 0;
}

/** The content as it is kept: of passwords, only whether there is one, or that the account is locked. */
export function keptText(path: string, content: Uint8Array): string {
  const text = Buffer.from(content.buffer, content.byteOffset, content.length).toString('utf8');
  if (path !== 'etc/shadow' && path !== 'etc/passwd') return text;
  return text
    .split('\n')
    .map((line) => {
      const [name, password, ...rest] = line.split(':');
      if (password === undefined) return '';
      return [name, password === '' || /^[!*x]/.test(password) ? password.slice(0, 1) : 'set', ...rest].join(':');
    })
    .join('\n');
}
