import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import { loadProject } from '../project/load-project.ts';
import type { ImageBuild, Project } from '../project/project.ts';
import type { Target } from '../project/target.ts';
import type { CommitQuery } from '../prove/replay/git-commits.ts';
import { type History, openHistory } from '../prove/replay/history.ts';
import type { ReplayedBuild } from '../prove/replay/replay.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { loadConfiguration } from './load-configuration.ts';
import type { Progress } from './progress.ts';
import { readTarget } from './read-target.ts';

/** What commands that replay builds over a history work on. */
export interface ReplayTarget {
  readonly target: Target;
  readonly project: Project;
  readonly configuration: Awaited<ReturnType<typeof loadConfiguration>>;
  readonly builds: readonly TargetBuild[];
}

export interface TargetBuild {
  readonly build: ImageBuild;
  /** From the project's root, as the build is given. */
  readonly dockerfile: string;
  readonly context: string;
  readonly target: string | undefined;
  readonly buildArguments: ReadonlyMap<string, string>;
  readonly hasGit: boolean;
}

/** Reads the project and finds what is built. @throws UserError where there is nothing to build. */
export async function readReplayTarget(
  place: string | undefined,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<ReplayTarget> {
  const target = await readTarget(place ? [place] : [], undefined, terminal);
  if (target.kind === 'bytes') throw new UserError('a history has files: standard input has none');
  const configuration = await loadConfiguration(parsed, target, terminal);
  const { exclude, podTemplates, frontend } = configuration.configuration;
  const project = await loadProject(target, {
    exclude,
    podTemplates,
    frontend,
    helm: false,
    onProgress: progress.step,
  });
  const builds = buildsOf(project, parsed);
  if (builds.length === 0) throw nothingToBuild(project, place);
  return { target, project, configuration, builds };
}

function buildsOf(project: Project, parsed: ParsedArguments): readonly TargetBuild[] {
  const asked = parsed.value('target');
  const given = argumentsFrom(parsed);
  const known = new Map<string, TargetBuild>();
  for (const build of project.builds) {
    const { dockerfile, context, stage } = build;
    const directory = parsed.value('context') ?? context?.directory;
    if (directory === undefined || directory.startsWith('..') || project.templates.has(dockerfile.path)) continue;
    const target = asked ?? (stage === dockerfile.final ? undefined : (stage?.name ?? (stage && String(stage.index))));
    const told = [...build.arguments].flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
    const key = JSON.stringify([dockerfile.path, directory, target]);
    if (known.has(key)) continue;
    known.set(key, {
      build,
      dockerfile: dockerfile.path,
      context: directory === '.' ? '' : directory.replace(/\/+$/, ''),
      target,
      buildArguments: new Map([...told, ...given]),
      hasGit: parsed.has('with-git'),
    });
  }
  return [...known.values()];
}

function argumentsFrom(parsed: ParsedArguments): ReadonlyMap<string, string> {
  return new Map(
    parsed.values('build-arg').map((text) => {
      const sign = text.indexOf('=');
      if (sign < 1) throw new UserError(`--build-arg takes NAME=VALUE; not «${text}»`);
      return [text.slice(0, sign), text.slice(sign + 1)] as const;
    }),
  );
}

function nothingToBuild(project: Project, where: string | undefined): UserError {
  return project.dockerfiles.length === 0
    ? new UserError('there is no Dockerfile', {
        ...(where && { where }),
        remedy: 'Name the directory or the file: --path.',
      })
    : new UserError('the build context of no Dockerfile is known', {
        remedy: 'Name it, from the repository’s root: --context DIR.',
      });
}

/** Opens the history that a project lies in. */
export async function openProjectHistory(project: Project, query: CommitQuery, progress: Progress): Promise<History> {
  const history = await openHistory(project.root, query, progress.step);
  const { length } = history.commits;
  if (length >= 2) return history;
  history.close();
  throw history.shallow
    ? new UserError(`this clone is shallow: it holds ${length} commit${length === 1 ? '' : 's'}`, {
        where: project.root,
        remedy: 'Fetch the history: git fetch --unshallow; in GitHub Actions «fetch-depth: 0» of actions/checkout.',
        exitCode: exitCodes.usage,
      })
    : new UserError('there is one commit only, and nothing to compare it with', { where: project.root });
}

/** A build with its paths from the repository's top. */
export function replayed(
  { dockerfile, context, target, buildArguments, hasGit }: TargetBuild,
  { prefix }: Pick<History, 'prefix'>,
): ReplayedBuild {
  return {
    dockerfile: path.posix.join(prefix, dockerfile),
    context: path.posix.join(prefix, context).replace(/^\.$|\/$/, ''),
    ...(target !== undefined && { target }),
    buildArguments,
    hasGit,
  };
}
