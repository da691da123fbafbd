import { apk } from './apk/facts.ts';
import { apt } from './apt/facts.ts';
import { cargo } from './cargo/facts.ts';
import { composer } from './composer/facts.ts';
import type { CacheDirectory, Ecosystem, EcosystemFacts, Manifest } from './ecosystem.ts';
import { gem } from './gem/facts.ts';
import { go } from './go/facts.ts';
import { maven } from './maven/facts.ts';
import { npm } from './npm/facts.ts';
import { nuget } from './nuget/facts.ts';
import { pip } from './pip/facts.ts';
import { rpm } from './rpm/facts.ts';

/** What is known of each ecosystem beside its command lines. */
export const ecosystemFacts: Readonly<Record<Ecosystem, EcosystemFacts>> = {
  apt,
  apk,
  rpm,
  npm,
  pip,
  gem,
  composer,
  go,
  cargo,
  maven,
  nuget,
};

/** The caches that a tool writes. */
export function cachesOf(ecosystem: Ecosystem, tool: string): readonly CacheDirectory[] {
  return ecosystemFacts[ecosystem].caches.filter((cache) => cache.tools.includes(tool));
}

/** Whether a package is one that only a build needs: compilers, headers, build tools. */
export function isBuildOnly(ecosystem: Ecosystem, name: string): boolean {
  return ecosystemFacts[ecosystem].buildOnly.some((pattern) => matchesName(name, pattern));
}

/** A file as a manifest or a lock file of some ecosystem; undefined when it is neither. `path` may have directories. */
export function manifestOf(
  path: string,
): { readonly ecosystem: Ecosystem; readonly manifest: Manifest; readonly isLock: boolean } | undefined {
  const base = path.slice(path.lastIndexOf('/') + 1);
  for (const facts of Object.values(ecosystemFacts)) {
    for (const manifest of facts.manifests) {
      if (matchesName(base, manifest.manifest)) return { ecosystem: facts.ecosystem, manifest, isLock: false };
      if (manifest.locks.includes(base)) return { ecosystem: facts.ecosystem, manifest, isLock: true };
    }
  }
  // requirements-dev.txt, requirements/base.txt
  const requirements = pip.manifests[0];
  if (requirements && /^requirements[\w.-]*\.(?:txt|in)$/.test(base))
    return { ecosystem: 'pip', manifest: requirements, isLock: false };
  return undefined;
}

/** A name against a pattern with at most one `*`. `[0-9]*` at the end stands for a version. */
function matchesName(name: string, pattern: string): boolean {
  const digit = pattern.indexOf('[0-9]*');
  if (digit !== -1) return name.startsWith(pattern.slice(0, digit)) && /^\d[\d.]*$/.test(name.slice(digit));
  const star = pattern.indexOf('*');
  if (star === -1) return name === pattern;
  const tail = pattern.slice(star + 1);
  return name.length >= pattern.length - 1 && name.startsWith(pattern.slice(0, star)) && name.endsWith(tail);
}
