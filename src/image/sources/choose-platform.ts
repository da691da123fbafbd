import { arch } from 'node:os';
import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { Platform } from '../image.ts';
import type { IndexEntry } from './read-manifest.ts';

/** Node.js names some architectures otherwise than Go. */
const architectures: ReadonlyMap<string, string> = new Map([
  ['x64', 'amd64'],
  ['ia32', '386'],
  ['arm64', 'arm64'],
  ['arm', 'arm'],
  ['ppc64', 'ppc64le'],
  ['loong64', 'loong64'],
  ['mips64el', 'mips64le'],
]);

/** Linux on this machine's processor: what a container engine here would run. */
export function hostPlatform(): Platform {
  return { os: 'linux', architecture: architectures.get(arch()) ?? arch() };
}

/**
 * Reads `linux/arm64/v8`, `arm64` or `linux/amd64`.
 * @throws UserError
 */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split('/');
  if (parts.length > 3 || !parts.every((part) => /^[a-z0-9._-]+$/.test(part)))
    throw new UserError(`This is no platform: ${printable(text)}.`, {
      remedy: 'Write it as linux/amd64, linux/arm64 or linux/arm/v7.',
    });
  const [os = 'linux', architecture = '', variant] = parts.length === 1 ? ['linux', ...parts] : parts;
  return { os, architecture, ...(variant !== undefined && { variant }) };
}

export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/**
 * The entry of an index that runs on a platform, the best variant first. Attestations are passed over. Undefined where none does.
 * @param wanted undefined: this machine's, or the only one that there is
 */
export function choosePlatform(entries: readonly IndexEntry[], wanted: Platform | undefined): IndexEntry | undefined {
  const images = entries.filter(({ attachment }) => !attachment);
  const of = wanted ?? hostPlatform();
  const fitting = images
    .map((entry) => ({ entry, fit: fitOf(entry.platform, of) }))
    .filter(({ fit }) => fit >= 0)
    .sort((one, other) => other.fit - one.fit);
  const [best] = fitting;
  if (best !== undefined) return best.entry;
  const [only, second] = images;
  return only !== undefined && second === undefined && (wanted === undefined || only.platform === undefined)
    ? only
    : undefined;
}

/** Negative: does not run. Older variants of ARM run on newer ones, as containerd has it (platforms/compare.go). */
function fitOf(offered: Platform | undefined, wanted: Platform): number {
  if (offered?.os !== wanted.os || offered.architecture !== wanted.architecture) return -1;
  const [has, wants] = [variantNumber(offered), variantNumber(wanted)];
  return has > wants ? -1 : has;
}

/** What is not said is v7 for 32-bit ARM and v8 for 64-bit. */
function variantNumber({ architecture, variant }: Platform): number {
  if (variant !== undefined) return Number(/^v(\d+)$/.exec(variant)?.[1] ?? 0);
  return architecture === 'arm' ? 7 : architecture === 'arm64' ? 8 : 1;
}
