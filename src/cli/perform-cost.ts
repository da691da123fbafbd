import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { CostReport } from '../core/cost-report.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { parseImageReference } from '../core/image-reference.ts';
import { cataloguers } from '../ecosystems/cataloguers.ts';
import { analyseImage } from '../image/analyse-image.ts';
import { packedSize } from '../image/compressed-size.ts';
import { readImageName } from '../image/sources/image-name.ts';
import type { Configuration } from '../project/configuration.ts';
import { loadProject } from '../project/load-project.ts';
import type { Target } from '../project/target.ts';
import { costReport, type DeployedImage, usualRatio } from '../prove/cost/cost-model.ts';
import { type ImageUse, imageUses, repositoryOf, usesOf } from '../prove/cost/image-uses.ts';
import { type PricedImage, priceImage } from '../prove/cost/priced-image.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { costInputs, numberOf } from './cost-inputs.ts';
import { isColored } from './is-colored.ts';
import { layerSettings } from './layer-settings.ts';
import { loadConfiguration } from './load-configuration.ts';
import { prefixFrom } from './path-prefix.ts';
import { type Progress, progressOn } from './progress.ts';
import { openNamed, platformFrom } from './read-image.ts';
import { readTarget } from './read-target.ts';
import { writeFile } from './write-file.ts';

/** What images cost to deploy, as the arguments of `plimsoll cost` say. Gives the exit code. */
export async function performCost(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const named = parsed.positionals.filter((each) => !isPath(each, terminal.cwd));
  const paths = parsed.positionals.filter((each) => isPath(each, terminal.cwd));
  const target = await readTarget(paths, undefined, terminal);
  const { configuration } = await loadConfiguration(parsed, target, terminal);
  const replicas = numberOf(parsed, 'replicas');
  const progress = progressOn(terminal, parsed.has('quiet'));
  try {
    const uses =
      replicas === undefined || named.length === 0
        ? await usesHere(target, configuration, parsed, terminal, progress)
        : [];
    const names = named.length > 0 ? named : [...new Set(uses.map(({ image }) => image.text))];
    if (names.length === 0)
      throw new UserError('no manifest names an image here, and none is given', {
        remedy: 'plimsoll cost shop/web:2 --previous shop/web:1',
      });
    const inputs = costInputs(
      parsed,
      configuration.cost,
      uses.map((use) => use.replicas.value),
    );
    const problems: { image: string; message: string }[] = [];
    let failed: UserError['exitCode'] | undefined;
    const read = async (name: string): Promise<PricedImage | undefined> => {
      try {
        return await readPriced(name, parsed, terminal, progress);
      } catch (error) {
        // Of many that manifests name, one that cannot be had takes nothing from the others.
        if (!(error instanceof UserError) || names.length === 1) throw error;
        failed = error.exitCode;
        const { message, where } = error;
        problems.push({
          image: name,
          message: where === undefined || where === name ? message : `${where}: ${message}`,
        });
        return undefined;
      }
    };
    const previous: PricedImage[] = [];
    for (const name of parsed.values('previous')) previous.push(await readPriced(name, parsed, terminal, progress));
    const deployed: DeployedImage[] = [];
    for (const name of names) {
      const image = await read(name);
      if (image) deployed.push(deployedImage(image, names, previous, uses, parsed));
    }
    progress.end();
    await write(costReport(deployed, inputs, problems), parsed, terminal);
    return failed ?? exitCodes.clean;
  } finally {
    progress.end();
  }
}

async function usesHere(
  target: Target,
  configuration: Configuration,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<ImageUse[]> {
  const project = await loadProject(target, {
    helm: !parsed.has('no-helm'),
    exclude: configuration.exclude,
    podTemplates: configuration.podTemplates,
    onProgress: progress.step,
  });
  const prefix = prefixFrom(terminal.cwd, project.root);
  return imageUses(project, prefix === '' ? '' : `${prefix}/`);
}

/** A directory or manifest is a place to read; an OCI layout or archive is an image. */
function isPath(text: string, cwd: string): boolean {
  const file = path.resolve(cwd, text);
  if (!existsSync(file)) return false;
  if (!statSync(file).isDirectory()) return /\.ya?ml$/i.test(file);
  return !['oci-layout', 'index.json', 'manifest.json'].some((name) => existsSync(path.join(file, name)));
}

async function readPriced(
  name: string,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<PricedImage> {
  const image = await openNamed(name, platformFrom(parsed.value('platform')), parsed, terminal, progress);
  try {
    progress.step(`reading ${name}`);
    const analysis = parsed.has('no-layers')
      ? undefined
      : await analyseImage(image, {
          cataloguers,
          ...layerSettings(),
          onProgress: (share) => progress.step(`reading ${name}`, Math.round(share * 100), 100),
        });
    return await priceImage(image, analysis, async (at) => {
      const layer = image.layers[at];
      progress.step(`packing ${name}`);
      if (layer?.content.kind === 'directory') return (analysis?.layers[at]?.contentBytes ?? 0) / usualRatio;
      return layer ? packedSize(layer) : 0;
    });
  } finally {
    await image.close();
  }
}

function deployedImage(
  image: PricedImage,
  names: readonly string[],
  previous: readonly PricedImage[],
  uses: readonly ImageUse[],
  parsed: ParsedArguments,
): DeployedImage {
  const before =
    previous.find((each) => sameRepository(nameOf(each), nameOf(image))) ??
    (names.length === 1 && previous.length === 1 ? previous[0] : undefined);
  const programStart = numberOf(parsed, 'program-start');
  const program =
    programStart === undefined ? {} : { programSeconds: { value: programStart, source: '--program-start' } };
  const replicas = numberOf(parsed, 'replicas');
  const own = replicas === undefined ? usesOf(nameOf(image), uses) : [];
  const assumed = {
    workload: 'each pod',
    replicas:
      replicas === undefined
        ? { value: Number.POSITIVE_INFINITY, source: 'default: on every node, as no manifest names it' }
        : { value: replicas, source: '--replicas' },
    programSeconds: { value: 0, source: 'default: none' },
  };
  return {
    image,
    previous: before,
    uses: (own.length > 0 ? own : [assumed]).map((use) => ({
      workload: use.workload,
      replicas: use.replicas,
      programSeconds: use.programSeconds,
      ...program,
    })),
  };
}

/** What manifests may call it. */
function nameOf({ name, reference }: PricedImage): string {
  if (reference !== undefined) return reference;
  const read = readImageName(name);
  return ('image' in read ? read.image : undefined) ?? name;
}

function sameRepository(one: string, other: string): boolean {
  const [a, b] = [parseImageReference(one), parseImageReference(other)];
  return a !== undefined && b !== undefined && repositoryOf(a) === repositoryOf(b);
}

async function write(report: CostReport, parsed: ParsedArguments, terminal: Terminal): Promise<void> {
  const output = parsed.value('output');
  const { costJson, renderCost } = await import('../report/cost.ts');
  const text = parsed.has('json')
    ? costJson(report)
    : renderCost(report, {
        columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 120,
        color: output === undefined && isColored(parsed, terminal),
        all: parsed.has('all'),
      });
  if (output === undefined) terminal.stdout.write(text);
  else writeFile(path.resolve(terminal.cwd, output), text);
}
