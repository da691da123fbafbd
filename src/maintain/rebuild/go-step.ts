import { parseImageReference } from '../../core/image-reference.ts';
import type { InstalledPackage } from '../../ecosystems/installed-package.ts';
import { packageUrl } from '../../ecosystems/purl.ts';
import { versionOrders } from '../../ecosystems/version-orders.ts';
import { type LanguageOutcome, pairsOf, same, unknown } from './language-outcome.ts';

/** Which Go an image has now; undefined where it does not tell. */
export type GoOf = (image: string) => Promise<string | undefined>;

/** Why the modules of a program that an old Go built may be others. */
export function oldGo(brought: readonly InstalledPackage[]): string | undefined {
  const isOld = standardOf(brought).some(({ version }) => Number(/^1\.(\d+)/.exec(version)?.[1]) < 16);
  return isOld ? 'before Go 1.16 a build chose missing modules anew, which is not followed' : undefined;
}

/**
 * Of a program that another stage built, whose modules are the same again: its standard library is that of the Go which the stage's image has.
 * @param base that image, as FROM names it
 * @param goOf undefined: the image is taken to be as it was
 */
export async function withItsGo(
  brought: readonly InstalledPackage[],
  base: string | undefined,
  goOf: GoOf | undefined,
): Promise<LanguageOutcome> {
  const old = oldGo(brought);
  if (old !== undefined) return unknown(old);
  const own = standardOf(brought);
  const [first] = own;
  if (first === undefined) return unknown('which Go built the program is not known');
  if (goOf === undefined) return same;
  if (base === undefined) return unknown('what the stage that builds it stands on is not known, and so its Go');
  const { tag = '', digest } = parseImageReference(base) ?? {};
  // Until Go 1.21 the first release of a line is called as the line is: golang:1.20 is 1.20.14 by now.
  const isNamed = own.every(
    ({ version }) =>
      /^1\.\d+(?:\.\d+|(?:rc|beta)\d+)$/.test(version) && (tag === version || tag.startsWith(`${version}-`)),
  );
  if (digest !== undefined || isNamed) return same;
  const now = await goOf(base);
  if (now === undefined) return unknown(`which Go ${base} has now is not known`);
  // go.mod may ask for a Go that is newer than the image's: https://go.dev/doc/toolchain
  if (own.some(({ version }) => versionOrders.golang(now, version) < 0))
    return unknown(`${base} has Go ${now} now, and the program was built by Go ${first.version}`);
  const purl = packageUrl({ type: 'golang', name: first.name, version: now });
  const changes = pairsOf(own, [{ ...first, version: now, purl }]);
  return { changes, unknown: [], pulls: changes.length > 0 };
}

function standardOf(brought: readonly InstalledPackage[]): InstalledPackage[] {
  return brought.filter(({ name }) => name === 'stdlib');
}
