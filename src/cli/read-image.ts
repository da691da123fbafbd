import path from 'node:path';
import { UserError } from '../core/errors.ts';
import { cataloguers } from '../ecosystems/cataloguers.ts';
import { analyseImage } from '../image/analyse-image.ts';
import type { Image, Platform } from '../image/image.ts';
import type { ImageAnalysis } from '../image/image-analysis.ts';
import { knownImages } from '../image/known-images.ts';
import { type ReadAttachment, readAttachments } from '../image/read-attachments.ts';
import { openImage } from '../image/sources/open-image.ts';
import type { Vulnerability } from '../vulnerabilities/vulnerability.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { findVulnerabilities } from './find-vulnerabilities.ts';
import { layerSettings } from './layer-settings.ts';
import type { Progress } from './progress.ts';

/** An image that was looked into, with what is known to be wrong with its packages. */
export interface ReadImage {
  readonly analysis: ImageAnalysis;
  /** Undefined where nobody looked. */
  readonly vulnerabilities: readonly Vulnerability[] | undefined;
  /** Of what day the advisories are, or why there are none. */
  readonly advisories: string;
  /** What is attached to it; undefined where nobody asked, or the source cannot tell. */
  readonly attachments: readonly ReadAttachment[] | undefined;
}

interface ReadChoices {
  /** That of `--platform` unless it is given. */
  readonly platform?: Platform | undefined;
  /** Whether to look for what is attached to it, and to keep lists of packages. */
  readonly attachments?: 'read' | 'keep' | undefined;
}

/**
 * Opens an image, looks through its layers and for known vulnerabilities, as the flags say.
 * @throws UserError with exit code 2 or 3 where it cannot be found or read
 */
export async function readImage(
  name: string,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
  choices: ReadChoices = { platform: platformFrom(parsed.value('platform')) },
): Promise<ReadImage> {
  const image = await openNamed(name, choices.platform, parsed, terminal, progress);
  try {
    progress.step(`reading ${name}`);
    const analysis = await analyseImage(image, {
      cataloguers,
      ...layerSettings(),
      onProgress: (share) => progress.step(`reading ${name}`, Math.round(share * 100), 100),
    });
    const { gaps, ...found } = await findVulnerabilities(analysis, parsed, terminal, progress);
    const attached = await attachmentsOf(analysis, choices.attachments, progress);
    return {
      analysis: { ...analysis, gaps: [...analysis.gaps, ...gaps, ...(attached?.gaps ?? [])] },
      ...found,
      attachments: attached?.read,
    };
  } finally {
    await image.close();
  }
}

async function attachmentsOf(
  { image, packages }: ImageAnalysis,
  wanted: ReadChoices['attachments'],
  progress: Progress,
): Promise<{ readonly read: readonly ReadAttachment[]; readonly gaps: readonly string[] } | undefined> {
  if (wanted === undefined || !image.attachments) return undefined;
  progress.step('looking for attestations');
  const { found, gaps } = await image.attachments();
  const digests = [image.digest, image.indexDigest].filter((each) => each !== undefined);
  return { read: await readAttachments(found, digests, packages, wanted === 'keep'), gaps };
}

/** The same arguments, without a look for vulnerabilities. */
export function withoutVulnerabilities(parsed: ParsedArguments): ParsedArguments {
  return { ...parsed, has: (flag) => flag === 'no-vulnerabilities' || parsed.has(flag) };
}

/**
 * Opens an image as the flags say, for a platform that they need not name.
 * @throws UserError with exit code 2 or 3 where it cannot be found
 */
export function openNamed(
  name: string,
  platform: Platform | undefined,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<Image> {
  const caFile = parsed.value('ca');
  const { cache } = layerSettings();
  return openImage(name, {
    ...(platform && { platform }),
    ...(cache && { known: knownImages(cache) }),
    environment: terminal.environment,
    progress: (message) => progress.step(message),
    registry: {
      ...(caFile !== undefined && { caFile: path.resolve(terminal.cwd, caFile) }),
      ...(parsed.has('plain-http') && { plainHttp: true }),
      mirrors: parsed.values('mirror'),
    },
  });
}

/**
 * What `--platform` says: `linux/arm/v7`.
 * @throws UserError for what is no platform
 */
export function platformFrom(text: string | undefined): Platform | undefined {
  if (text === undefined) return undefined;
  const match = /^([a-z0-9]{1,20})\/([a-z0-9]{1,20})(?:\/([a-z0-9.]{1,20}))?$/.exec(text);
  const [, os, architecture, variant] = match ?? [];
  if (os === undefined || architecture === undefined)
    throw new UserError(`«${text}» is no platform`, { remedy: 'Write it as linux/amd64 or linux/arm/v7.' });
  return { os, architecture, ...(variant !== undefined && { variant }) };
}
