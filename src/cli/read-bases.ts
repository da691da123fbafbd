import type { Image, Platform } from '../image/image.ts';
import type { NamedBases, OtherBase } from '../project/image-base.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import type { Progress } from './progress.ts';
import { openNamed, readImage } from './read-image.ts';

/** What scanners say of the image says nothing of its base. */
const ofTheImage: readonly string[] = ['scanner', 'scanner-report', 'clair', 'disagreements'];

/**
 * The bases that `--base` and `--compare-base` name, for the image's platform. Of the first only its list of layers is read, of the second all packages.
 * @throws UserError with exit code 2 or 3 where one cannot be found or read
 */
export async function readBases(
  image: Image,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<NamedBases> {
  const { platform } = image.configuration;
  const wanted = platform.os === '' || platform.architecture === '' ? undefined : platform;
  const [own, other] = [parsed.value('base'), parsed.value('compare-base')];
  return {
    ...(own !== undefined && { own: await layersOnly(own, wanted, parsed, terminal, progress) }),
    ...(other !== undefined && { other: await otherBase(other, wanted, parsed, terminal, progress) }),
  };
}

async function layersOnly(
  name: string,
  platform: Platform | undefined,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<Image> {
  progress.step(`reading ${name}`);
  const image = await openNamed(name, platform, parsed, terminal, progress);
  await image.close();
  return image;
}

async function otherBase(
  name: string,
  platform: Platform | undefined,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<OtherBase> {
  const alone: ParsedArguments = {
    positionals: parsed.positionals,
    words: parsed.words,
    has: (flag) => !ofTheImage.includes(flag) && parsed.has(flag),
    value: (flag) => (ofTheImage.includes(flag) ? undefined : parsed.value(flag)),
    values: (flag) => (ofTheImage.includes(flag) ? [] : parsed.values(flag)),
  };
  const { analysis, vulnerabilities, advisories } = await readImage(name, alone, terminal, progress, { platform });
  const { operatingSystem, gaps } = analysis;
  return {
    name,
    system: operatingSystem?.prettyName ?? operatingSystem?.id,
    // What was not read, or has no advisories, would seem to have no vulnerability.
    vulnerabilities: gaps.length > 0 ? undefined : vulnerabilities,
    gaps: gaps.length > 0 ? gaps : [advisories],
  };
}
