import { isJsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { Advisory, AffectedPackage } from '../advisory.ts';
import { textsOf } from '../internal/store-format.ts';

/**
 * One file of Alpine's secdb (https://secdb.alpinelinux.org/), a repository of a release, whose format Wolfi's and Chainguard's share: by package the versions
 * that repaired something, `0` for what never was affected. One advisory for each vulnerability that it names.
 */
export function readAlpine(value: unknown, ecosystemOfRolling: string): Advisory[] {
  const database = jsonObjectOf(value);
  const release = typeof database.distroversion === 'string' ? database.distroversion : '';
  const ecosystem = /^v\d+\.\d+$/.test(release)
    ? `Alpine:${release}`
    : release === 'edge'
      ? 'Alpine:edge'
      : ecosystemOfRolling;
  const affected = new Map<string, AffectedPackage[]>();
  const aliases = new Map<string, readonly string[]>();
  for (const entry of Array.isArray(database.packages) ? database.packages : []) {
    const { name, secfixes } = jsonObjectOf(jsonObjectOf(entry).pkg);
    if (typeof name !== 'string' || !isJsonObject(secfixes)) continue;
    for (const [version, ids] of Object.entries(secfixes)) {
      if (version === '0') continue;
      for (const [id = '', ...others] of textsOf(ids).map((text) => text.split(/\s+/).filter(isId))) {
        if (id === '') continue;
        affected.set(id, [
          ...(affected.get(id) ?? []),
          { ecosystem, name, ranges: [[{ introduced: '0' }, { fixed: version }]], versions: [] },
        ]);
        aliases.set(id, [...new Set([...(aliases.get(id) ?? []), ...others])]);
      }
    }
  }
  return [...affected].map(([id, packages]) => ({
    id,
    aliases: aliases.get(id) ?? [],
    upstream: [],
    summary: '',
    vectors: [],
    references: id.startsWith('CVE-') ? [`https://security.alpinelinux.org/vuln/${id}`] : [],
    affected: packages,
  }));
}

function isId(text: string): boolean {
  return /^(?:CVE|GHSA|CGA|XSA|ALPINE)-[\w-]{1,100}$/.test(text);
}
