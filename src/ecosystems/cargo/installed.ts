import { inflateSync } from 'node:zlib';
import { isJsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { Cataloguer, InstalledPackage } from '../installed-package.ts';
import { readElf } from '../internal/elf.ts';
import { isWord, maximumPackages, textOf } from '../internal/installed-text.ts';
import { parseJson } from '../internal/parse-json.ts';
import { mayBeProgram } from '../internal/program-file.ts';
import { packageUrl } from '../purl.ts';

/** The list of a program with 10,000 crates is smaller; what unpacks to more is made up. */
const maximumList = 8 * 1024 * 1024;
const maximumWhole = 64 * 1024 * 1024;

/**
 * The crates that cargo-auditable wrote into a program
 * (https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md). Programs over 64 MiB are not looked at.
 */
export const cargoCataloguer: Cataloguer = {
  name: 'cargo',
  wants: (file) => (mayBeProgram(file) && file.bytes <= maximumWhole ? 'whole' : undefined),
  whole: (file, content) => {
    const section = readElf(content)?.section('.dep-v0');
    const list = section && jsonObjectOf(parseJson(inflated(section))).packages;
    if (!Array.isArray(list)) return [];
    return list.slice(0, maximumPackages).flatMap((entry: unknown) => crate(file.path, entry) ?? []);
  },
};

function inflated(section: Uint8Array): string {
  try {
    return textOf(inflateSync(section, { maxOutputLength: maximumList }));
  } catch {
    return '';
  }
}

/** What only ran during the build is not in the program. */
function crate(path: string, entry: unknown): InstalledPackage | undefined {
  if (!isJsonObject(entry) || entry.kind === 'build') return undefined;
  const { name, version } = entry;
  if (!isWord(name) || !isWord(version)) return undefined;
  return {
    kind: 'cargo',
    name,
    version,
    purl: packageUrl({ type: 'cargo', name, version }),
    licences: [],
    path,
  };
}
