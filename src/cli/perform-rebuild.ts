import { homedir } from 'node:os';
import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import type { RebuildReport } from '../core/rebuild-report.ts';
import { cataloguers } from '../ecosystems/cataloguers.ts';
import { completePackages } from '../ecosystems/complete-packages.ts';
import { analyseImage } from '../image/analyse-image.ts';
import type { Image } from '../image/image.ts';
import type { ImageAnalysis } from '../image/image-analysis.ts';
import { readLayerFiles } from '../image/read-layer-files.ts';
import { registryFetch } from '../image/registry-fetch.ts';
import { readImageName } from '../image/sources/image-name.ts';
import { fetchSource } from '../maintain/rebuild/fetch-source.ts';
import { type CurrentBase, predictRebuild } from '../maintain/rebuild/predict-rebuild.ts';
import type { KnownVulnerabilities } from '../maintain/rebuild/rebuild-changes.ts';
import { isSystemFile, systemFilesByLayer } from '../maintain/rebuild/system-files.ts';
import { type InspectedImage, inspectImage } from '../project/inspected-image.ts';
import { openStore, storeDirectory } from '../vulnerabilities/advisory-store.ts';
import { matchPackages } from '../vulnerabilities/match.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { findVulnerabilities } from './find-vulnerabilities.ts';
import { repositoryFrom } from './image-repository.ts';
import { isColored } from './is-colored.ts';
import { layerSettings } from './layer-settings.ts';
import { prefixFrom } from './path-prefix.ts';
import { type Progress, progressOn } from './progress.ts';
import { openNamed, platformFrom } from './read-image.ts';
import { writeFile } from './write-file.ts';

/** Seconds that one file of a package source may take. */
const sourceSeconds = 120;

/**
 * What a rebuild of an image would change, as the arguments of `plimsoll bases --rebuild` say. Gives 0 where it does not pay, 1 where it does, 3 where that
 * could not be told or the build would fail.
 */
export async function performRebuild(name: string, parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  if (parsed.positionals.length > 0)
    throw new UserError('--rebuild takes the name of one image, and no paths', {
      remedy: 'plimsoll bases --rebuild shop/web:1 --dockerfile web/Dockerfile',
    });
  if (parsed.has('base') && parsed.has('same-base'))
    throw new UserError('--base and --same-base exclude each other', { remedy: 'Leave one of them out.' });
  const progress = progressOn(terminal, parsed.has('quiet'));
  const image = await openNamed(name, platformFrom(parsed.value('platform')), parsed, terminal, progress);
  try {
    const report = await reportOf(image, parsed, terminal, progress);
    progress.end();
    await write(report, parsed, terminal);
    const { state } = report.verdict;
    return state === 'pays' ? exitCodes.findings : state === 'does not pay' ? exitCodes.clean : exitCodes.system;
  } finally {
    progress.end();
    await image.close();
  }
}

async function reportOf(
  image: Image,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<RebuildReport> {
  const repository = await repositoryFrom(parsed, terminal);
  const analysis = await analysed(image, progress);
  const found = await findVulnerabilities(analysis, parsed, terminal, progress);
  const alone = inspectImage(analysis, found.vulnerabilities, repository);
  const base = parsed.has('same-base')
    ? { inspected: alone }
    : await withBase(alone, repository, parsed, terminal, progress);
  const ask = fetchSource({
    fetch: registryFetch(terminal.environment, caFile(parsed, terminal)),
    timeoutSeconds: sourceSeconds,
  });
  const store = parsed.has('no-vulnerabilities')
    ? undefined
    : openStore(storeDirectory(terminal.environment, terminal.environment.HOME ?? homedir()));
  const { operatingSystem } = analysis;
  const known: KnownVulnerabilities = (packages) =>
    store && matchPackages(store, completePackages(packages, { operatingSystem }), operatingSystem);
  try {
    return await predictRebuild(base.inspected, {
      ask: async (url, most) => {
        if (URL.canParse(url)) progress.step(`asking ${new URL(url).host}`);
        return ask(url, most);
      },
      goOf: parsed.has('same-base') ? undefined : (name) => goOf(name, analysis, parsed, terminal, progress),
      now: Date.now(),
      known,
      advisories: found.advisories,
      base: base.current,
      baseUnknown: base.unknown,
      severity: parsed.value('vulnerability-severity') ?? 'medium',
      any: parsed.has('any'),
      pathOf: (file) =>
        path.posix.join(repository === undefined ? '' : prefixFrom(terminal.cwd, repository.root), file),
    });
  } finally {
    store?.close();
  }
}

function caFile(parsed: ParsedArguments, { cwd }: Terminal): string | undefined {
  const file = parsed.value('ca');
  return file === undefined ? undefined : path.resolve(cwd, file);
}

function analysed(image: Image, progress: Progress): Promise<ImageAnalysis> {
  progress.step(`reading ${image.name}`);
  return analyseImage(image, {
    cataloguers,
    ...layerSettings(),
    onProgress: (share) => progress.step(`reading ${image.name}`, Math.round(share * 100), 100),
  });
}

interface WithBase {
  readonly inspected: InspectedImage;
  readonly current?: CurrentBase;
  /** Why nobody can tell whether the base is another one now. */
  readonly unknown?: string;
}

/** What the base's name stands for now: its own layers below the image's, or others. */
async function withBase(
  alone: InspectedImage,
  repository: Parameters<typeof inspectImage>[2],
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<WithBase> {
  const name = parsed.value('base') ?? alone.base.name;
  if (name === undefined)
    return {
      inspected: alone,
      unknown: 'nobody tells what the image was built on: --base names it, --same-base leaves it out',
    };
  if (name === 'scratch') return { inspected: alone };
  const { platform } = alone.analysis.image.configuration;
  let opened: Image;
  try {
    progress.step(`reading ${name}`);
    opened = await openNamed(asPulled(name), platform.os === '' ? undefined : platform, parsed, terminal, progress);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { inspected: alone, unknown: `what ${name} is now could not be asked: ${error.message}` };
  }
  try {
    const [own, below] = [alone.analysis.image.configuration.diffIds, opened.configuration.diffIds];
    if (below.length > 0 && below.every((diffId, index) => own[index] === diffId)) {
      const inspected = inspectImage(alone.analysis, alone.vulnerabilities, repository, { own: opened });
      return { inspected, current: { name, moved: false } };
    }
    if (alone.base.layers === undefined)
      return {
        inspected: alone,
        unknown: `${name} is another image now, and nobody tells which layers were its: --dockerfile tells`,
      };
    const analysis = await analysed(opened, progress);
    const files = systemFilesByLayer(analysis, await readLayerFiles(analysis, isSystemFile)).at(-1);
    return { inspected: alone, current: { name, moved: true, packages: analysis.packages, ...(files && { files }) } };
  } finally {
    await opened.close();
  }
}

/** By the variable that the official images of Go have. */
async function goOf(
  name: string,
  { image }: ImageAnalysis,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<string | undefined> {
  const { platform } = image.configuration;
  try {
    progress.step(`reading ${name}`);
    const opened = await openNamed(
      asPulled(name),
      platform.os === '' ? undefined : platform,
      parsed,
      terminal,
      progress,
    );
    const { environment } = opened.configuration;
    await opened.close();
    return environment.find((each) => each.startsWith('GOLANG_VERSION='))?.slice('GOLANG_VERSION='.length);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** A build with `--pull` asks the registry, whatever an engine here has under the name. */
function asPulled(name: string): string {
  const read = readImageName(name);
  return read.kind === 'anywhere' && read.reference !== undefined ? `docker://${name}` : name;
}

async function write(report: RebuildReport, parsed: ParsedArguments, terminal: Terminal): Promise<void> {
  const output = parsed.value('output');
  const { rebuildJson, renderRebuild } = await import('../report/rebuild.ts');
  const text = parsed.has('json')
    ? rebuildJson(report)
    : renderRebuild(report, {
        columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 120,
        color: output === undefined && isColored(parsed, terminal),
        all: parsed.has('all'),
      });
  if (output === undefined) terminal.stdout.write(text);
  else writeFile(path.resolve(terminal.cwd, output), text);
}
