import { isJsonObject, parseJsonObject } from '../../core/json-object.ts';
import { maximumPackages } from '../internal/installed-text.ts';

/** A package as Yarn resolved it. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
}

/** Yarn's installation without a `node_modules`: what Node.js is to find, in archives of a cache (https://yarnpkg.com/advanced/pnp-spec). */
export function isPlugAndPlay(path: string): boolean {
  return /(?:^|\/)\.pnp\.(?:c?js|data\.json)$/.test(path.slice(-20));
}

/** Larger ones there are none: one of a repository with 5,000 packages has 4 MB. */
export const maximumPlugAndPlayBytes = 32 * 1024 * 1024;

/**
 * The packages that lie in archives, each version once. Those that Yarn unpacks (`.yarn/unplugged`) have a manifest of their own; workspaces and links are
 * none.
 */
export function pluggedPackages(text: string): ResolvedPackage[] {
  const registry = parseJsonObject(runtimeState(text))?.packageRegistryData;
  if (!Array.isArray(registry)) return [];
  const found = new Map<string, ResolvedPackage>();
  for (const [name, references] of pairs(registry))
    for (const [reference, information] of pairs(references)) {
      const version = typeof reference === 'string' ? versionIn(reference) : undefined;
      const location = isJsonObject(information) ? information.packageLocation : undefined;
      if (typeof name !== 'string' || version === undefined || typeof location !== 'string') continue;
      if (!location.includes('.zip/') || found.size >= maximumPackages) continue;
      found.set(`${name}@${version}`, { name, version });
    }
  return [...found.values()];
}

/** The state stands as JSON in a text of JavaScript (Yarn 4), as an object in code (Yarn 2 and 3), or alone (`pnpEnableInlining: false`). */
function runtimeState(text: string): string {
  const quoted = /RAW_RUNTIME_STATE\s{0,5}=\s{0,5}'/.exec(text.slice(0, 4096));
  if (quoted) {
    const start = quoted.index + quoted[0].length;
    const end = text.indexOf("\n}'", start);
    return end === -1
      ? ''
      : text.slice(start, end + 2).replace(/\\(\r?\n|.)/g, (_, escaped) => (/\n/.test(escaped) ? '' : escaped));
  }
  const call = text.indexOf('hydrateRuntimeState({');
  if (call === -1) return text;
  const start = call + 'hydrateRuntimeState('.length;
  const end = text.indexOf('}, {basePath:', start);
  return end === -1 ? '' : text.slice(start, end + 1);
}

/** `npm:1.2.3`, the same behind what makes it a package of its own (`virtual:…#npm:1.2.3`), and a changed one (`patch:a@npm%3A1.2.3#…::version=1.2.3`). */
function versionIn(reference: string): string | undefined {
  if (reference.length > 4096) return undefined;
  const patched = /::version=([^&]{1,100})/.exec(reference)?.[1];
  return patched ?? /(?:^|#)npm:(\d[^#:@]{0,100})$/.exec(reference)?.[1];
}

function pairs(value: unknown): (readonly [unknown, unknown])[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 ? [[pair[0], pair[1]] as const] : [],
  );
}
