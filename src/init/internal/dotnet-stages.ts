import { shellWord } from '../../core/shell-word.ts';
import type { ImageStage, Step } from '../plan.ts';
import { directoryOf, join, type Repository } from '../repository.ts';
import { propertyOf, type RestoreInputs } from './msbuild.ts';
import { compareVersions } from './versions.ts';

/** What of a .NET program decides how it is built. */
export interface DotnetBuild {
  /** The path of its project file. */
  readonly project: string;
  readonly inputs: RestoreInputs;
  /** The build context; '' is the root. */
  readonly context: string;
  /** The release that it runs on, as `10.0`, and why. */
  readonly version: string;
  readonly evidence: string;
  /** Of several target frameworks the one that is published. */
  readonly framework: string | undefined;
}

/** Restores from what restoring reads, where all of it is known, and publishes for the shared framework of the image that ships. */
export function dotnetBuildStage(repository: Repository, build: DotnetBuild): ImageStage {
  const { inputs, context, evidence } = build;
  const sdk = sdkOf(repository, build);
  const inContext = (file: string) => (context === '' ? file : file.slice(context.length + 1));
  const project = shellWord(inContext(build.project));
  const mounts = ['type=cache,target=/root/.nuget/packages'];
  const publish = ['dotnet publish', project, '--configuration Release'];
  if (build.framework !== undefined) publish.push(`--framework ${build.framework}`);
  if (inputs.isWhole) publish.push('--no-restore');
  publish.push('--output /out', '-p:UseAppHost=false', ...switchedOff(repository, build.project));
  return {
    name: 'build',
    base: dotnetImage('sdk', sdk.version),
    comment: sdk.evidence === undefined ? `.NET ${build.version}: ${evidence}` : `SDK ${sdk.version}: ${sdk.evidence}`,
    steps: [
      { kind: 'workdir', path: '/src' },
      ...(inputs.isWhole ? restoreSteps(inputs.files.map(inContext), project, mounts) : []),
      { kind: 'copy', comment: 'The sources, without what .dockerignore leaves out', sources: ['.'], destination: '.' },
      {
        kind: 'run',
        comment: `Without a launcher of its own: dotnet starts the assembly${inputs.isWhole ? '' : '. Restored here, as not all of what a restore reads is known by name'}`,
        mounts,
        commands: [publish.join(' ')],
      },
    ],
  };
}

/** The image that ships: with the runtime alone, or ASP.NET Core beside it. */
export function dotnetShippedStage(image: 'aspnet' | 'runtime', version: string, alpine: boolean): ImageStage {
  return {
    name: undefined,
    base: `${dotnetImage(image, version)}${alpine ? '-alpine' : ''}`,
    comment: 'The image that ships: the runtime without the SDK, and what was published',
    steps: [
      { kind: 'workdir', path: '/app' },
      { kind: 'copy', from: 'build', sources: ['/out'], destination: './' },
    ],
  };
}

/** Images up to 3.0 are published in a folder of their own. */
function dotnetImage(kind: string, version: string): string {
  const folder = compareVersions(version, '3.1') < 0 ? 'dotnet/core' : 'dotnet';
  return `mcr.microsoft.com/${folder}/${kind}:${version}`;
}

function restoreSteps(files: readonly string[], project: string, mounts: readonly string[]): Step[] {
  const byDirectory = new Map<string, string[]>();
  for (const file of files) byDirectory.set(directoryOf(file), [...(byDirectory.get(directoryOf(file)) ?? []), file]);
  const copies = [...byDirectory]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([directory, sources], at): Step => ({
        kind: 'copy',
        ...(at === 0 && {
          comment:
            'What says which packages are needed comes first: a change of the sources alone then restores nothing',
        }),
        sources,
        destination: directory === '' ? './' : `./${directory}/`,
      }),
    );
  return [...copies, { kind: 'run', mounts, commands: [`dotnet restore ${project}`] }];
}

/** What a project asks for that its publishing for a shared framework does not take. */
function switchedOff(repository: Repository, project: string): string[] {
  const isOn = (name: string) => propertyOf(repository, project, name)?.value.toLowerCase() === 'true';
  return [
    ...(isOn('SelfContained') ? ['--self-contained false'] : []),
    ...['PublishAot', 'PublishSingleFile', 'PublishTrimmed', 'PublishReadyToRun']
      .filter(isOn)
      .map((name) => `-p:${name}=false`),
  ];
}

/** How far a newer SDK than global.json names may be: https://learn.microsoft.com/dotnet/core/tools/global-json#rollforward */
const sameFeatureBand = ['', 'patch', 'latestpatch', 'disable'];

/** The SDK that builds it: the one that global.json asks for, where images of its line or of the program's release do not have it. */
function sdkOf(
  repository: Repository,
  { project, version }: DotnetBuild,
): { readonly version: string; readonly evidence: string | undefined } {
  const own = { version, evidence: undefined };
  const file = globalJson(repository, project);
  const text = file === undefined ? '' : (repository.read(file) ?? '');
  const asked = /"sdk"\s*:\s*\{[^{}]*?"version"\s*:\s*"(\d+\.\d+)\.(\d+)"/.exec(text);
  const [, line, patch] = asked ?? [];
  if (line === undefined || patch === undefined) return own;
  const rolls = (/"rollForward"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? '').toLowerCase();
  // The image of a line has its newest feature band.
  if (sameFeatureBand.includes(rolls))
    return { version: `${line}.${patch}`, evidence: `global.json asks for this one (${file})` };
  const isEnough = line === version || (compareVersions(line, version) < 0 && !rolls.endsWith('feature'));
  return isEnough ? own : { version: line, evidence: `global.json asks for this line (${file})` };
}

/** The nearest one, which alone counts. */
function globalJson(repository: Repository, project: string): string | undefined {
  for (let at = directoryOf(project); ; at = directoryOf(at)) {
    const file = join(at, 'global.json');
    if (repository.has(file)) return file;
    if (at === '') return undefined;
  }
}
