import { UserError } from '../core/errors.ts';
import { parseImageReference } from '../core/image-reference.ts';
import { printable } from '../core/printable.ts';
import type { ImageBuild, Project } from '../project/project.ts';
import {
  type PipelineBuild,
  type PipelinePlan,
  type ScannerName,
  type SystemName,
  scannerNames,
} from './pipeline-plan.ts';

/** What was asked for. */
export interface PipelineChoices {
  readonly system: SystemName;
  readonly scanners: readonly ScannerName[];
  readonly image: string | undefined;
  readonly prune: string | undefined;
  readonly package: string | undefined;
  readonly plimsollImage: string;
  /** Paths of the Dockerfiles, from the root, that have a size budget. */
  readonly budgets: ReadonlySet<string>;
}

/**
 * The builds of a project with the choices, in the order of their names.
 * @throws UserError for names that a pipeline would read as something else, and for an image that fits no build
 */
export function readPipelinePlan(
  project: Project,
  { system, scanners, image, prune, package: packed, budgets, plimsollImage }: PipelineChoices,
): PipelinePlan {
  const wanted = scannerNames.filter((name) => scanners.includes(name));
  const named = image === undefined ? undefined : imageName(image);
  const found = project.builds.filter(
    ({ dockerfile, stage, context }) =>
      stage !== undefined && context !== undefined && !project.templates.has(dockerfile.path),
  );
  if (system === 'kubernetes' && (wanted.length > 0 || named !== undefined || prune !== undefined))
    throw new UserError('the review of a cluster has no choices: --scanner, --image and --prune are for pipelines', {
      remedy: 'plimsoll prune registry --schedule cronjob clears a registry.',
    });
  if (packed !== undefined) mustBePackage(packed, system);
  const builds = withIds(
    chosen(
      found.map((build) => ({ ...buildFrom(build, project), hasBudget: budgets.has(build.dockerfile.path) })),
      named,
    ),
  );
  if (wanted.includes('clair')) mustBePushed(builds);
  if (prune !== undefined) mustBeRegistry(prune);
  const flags = [
    ...wanted.map((name) => `--scanner ${name}`),
    ...(named === undefined ? [] : [`--image ${named}`]),
    ...(prune === undefined ? [] : [`--prune ${prune}`]),
    ...(packed === undefined ? [] : [`--package ${packed}`]),
  ];
  return { builds, scanners: wanted, prune, package: packed, plimsollImage, command: [system, ...flags].join(' ') };
}

/** @throws UserError for what is no image without tag */
function imageName(text: string): string {
  const reference = parseImageReference(text);
  if (!reference || reference.digest !== undefined || reference.tag !== undefined)
    throw new UserError(
      `--image takes the name of an image without a tag, as registry.example.com/shop/web; not «${printable(text)}»`,
    );
  return text;
}

/** @throws UserError for what npm would not take as a package of a registry or of an address, or what is a secret */
function mustBePackage(text: string, system: SystemName): void {
  if (system !== 'github' && system !== 'gitlab')
    throw new UserError('--package is for github and gitlab, where requests of forks are given no variables', {
      remedy: system === 'kubernetes' ? 'A pod has its image.' : 'Set the variable PLIMSOLL_PACKAGE.',
    });
  if (/\/\/[^/@]*:[^/@]*@/.test(text))
    throw new UserError('--package: a password in an address would stand in the repository', {
      remedy: 'Set the variable PLIMSOLL_PACKAGE, masked, instead.',
    });
  if (!/^[A-Za-z0-9@][\w.:/@~^+=%?&#-]{0,999}$/.test(text))
    throw new UserError(
      `--package takes what npm install takes, without spaces and quotes, as https://example.com/plimsoll.tgz; not «${printable(text)}»`,
    );
}

/** @throws UserError for what is no host of a registry, with or without a repository in it */
function mustBeRegistry(text: string): void {
  if (/^[a-z0-9][a-z0-9.-]*(?::\d{1,5})?(?:\/[a-z0-9._-]+)*(?:\/\*)?$/.test(text) && /[.:]/.test(text)) return;
  throw new UserError(
    `--prune takes the host of a registry, as registry.example.com or registry.example.com/shop/*; not «${printable(text)}»`,
  );
}

type Unnamed = Omit<PipelineBuild, 'id'> & { readonly isNamed: boolean };

function buildFrom(build: ImageBuild, project: Project): Omit<Unnamed, 'hasBudget'> {
  const { dockerfile, stage, context } = build;
  const directory = context?.directory ?? '';
  const written = build.images.flatMap((text) => {
    const reference = parseImageReference(text);
    return reference ? [withoutVersion(text)] : [];
  })[0];
  const last = (directory === '' ? project.name : directory).split('/').at(-1) ?? '';
  const isLast = stage === undefined || stage === dockerfile.final;
  return {
    image: written ?? `${slug(last)}`,
    isNamed: written !== undefined,
    context: checkedPath(directory),
    dockerfile: checkedPath(dockerfile.path),
    target: isLast ? undefined : checkedStage(stage.name, dockerfile.path),
  };
}

function withoutVersion(text: string): string {
  const [named = ''] = text.split('@');
  return named.replace(/:[^:/]*$/, '');
}

/** What both systems, a shell and YAML take as it is; `$` and braces would be expanded, a leading hyphen would be an option. */
const plainPath = /^[\p{L}\p{N}\p{M}_.@+=,~ '()&#%-]+(?:\/[\p{L}\p{N}\p{M}_.@+=,~ '()&#%-]+)*$/u;

function checkedPath(text: string): string {
  if (text === '' || text === '.') return '.';
  if (!plainPath.test(text) || text.split('/').includes('..'))
    throw new UserError('a pipeline cannot name this path: it has characters that would be expanded, or lies outside', {
      where: printable(text),
      remedy: 'Rename it, or exclude it in plimsoll.yaml.',
    });
  return `./${text}`;
}

function checkedStage(name: string | undefined, where: string): string | undefined {
  if (name !== undefined && !/^[A-Za-z][\w.-]{0,127}$/.test(name))
    throw new UserError(`a pipeline cannot name the stage «${printable(name)}»`, { where: printable(where) });
  return name;
}

/** The builds that are meant, each once. */
function chosen(all: readonly Unnamed[], named: string | undefined): readonly Unnamed[] {
  const builds = [
    ...new Map(all.map((each) => [`${each.dockerfile}\n${each.context}\n${each.target}`, each])).values(),
  ];
  builds.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  if (named === undefined) return builds;
  const same = builds.filter(({ image }) => image === named);
  if (same.length > 0) return same;
  const [only] = builds;
  if (only !== undefined && builds.length === 1) return [{ ...only, image: named }];
  throw new UserError(`--image: no build of the project is called «${printable(named)}»`, {
    remedy:
      builds.length === 0
        ? 'It has no build at all: write a Dockerfile, or let «plimsoll init» do it.'
        : `It has ${builds
            .slice(0, 10)
            .map(({ image }) => image)
            .join(', ')}${builds.length > 10 ? ` and ${builds.length - 10} more` : ''}.`,
  });
}

function keyOf({ image, dockerfile, target = '' }: Unnamed): string {
  return `${image}\n${dockerfile}\n${target}`;
}

function withIds(builds: readonly Unnamed[]): readonly PipelineBuild[] {
  const taken = new Set<string>();
  return builds.map(({ isNamed: _, ...build }) => {
    const base = slug(build.image.split('/').at(-1) ?? '');
    let id = base;
    for (let number = 2; taken.has(id); number++) id = `${base}-${number}`;
    taken.add(id);
    return { id, ...build };
  });
}

function slug(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return plain === '' ? 'image' : plain;
}

/** Clair fetches layers itself: what it reads has to be in a registry that it reaches. */
function mustBePushed(builds: readonly PipelineBuild[]): void {
  for (const { image } of builds)
    if (parseImageReference(image)?.registry === 'docker.io')
      throw new UserError(`Clair reads images of registries only, and «${image}» names no registry`, {
        remedy: 'Name it with its registry: --image registry.example.com/shop/web.',
      });
}
