import { lines } from '../internal/stanzas.ts';

/** More licences than any package has. */
const maximumLicences = 200;

const common = '/usr/share/common-licenses/';

/**
 * The licences that a Debian copyright file names, in order: short names of the machine-readable form
 * (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/#license-field), else the common licences that its text points to.
 */
export function copyrightLicences(text: string): string[] {
  const machineReadable = /^Format(?:-Specification)?:/im.test(text.slice(0, 4096));
  const named = new Set<string>();
  const pointed = new Set<string>();
  for (const line of lines(text)) {
    const name = machineReadable ? /^License:[ \t]*(\S.{0,199})$/i.exec(line)?.[1]?.trim() : undefined;
    if (name !== undefined && named.size < maximumLicences) named.add(name);
    const at = line.indexOf(common);
    const file = at === -1 ? undefined : /^[\w.+-]+/.exec(line.slice(at + common.length, at + common.length + 40))?.[0];
    if (file !== undefined && pointed.size < maximumLicences) pointed.add(file.replace(/\.+$/, ''));
  }
  return [...(named.size > 0 ? named : pointed)];
}
