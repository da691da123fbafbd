import { type ImageReference, parseImageReference } from '../core/image-reference.ts';
import type { ComposeFile } from '../kubernetes/compose.ts';
import type { Container, Workload } from '../kubernetes/workload.ts';
import { directoryOf, type LinkedBuild } from './link-builds.ts';

/**
 * Fills in which containers and services run what is built here. A build's names are what its Compose or bake file gives it;
 * without one, an image whose last name is that of the Dockerfile's directory, of its suffix (`web.Dockerfile`), or of the project
 * when there is one build, is taken for its image. Anything less sure is no link.
 */
export function linkImages(
  projectName: string,
  builds: readonly LinkedBuild[],
  workloads: readonly Workload[],
  composeFiles: readonly ComposeFile[],
): void {
  const linker = imageLinker(projectName, builds, onlyOwnImage(builds, workloads));
  for (const workload of workloads)
    for (const container of workload.allContainers) linkContainer(linker, workload, container);
  for (const file of composeFiles)
    for (const service of file.services) {
      if (service.build || service.image === undefined) continue;
      linker(parseImageReference(service.image.text))?.runBy.push({ kind: 'service', file, service });
    }
}

type Linker = (reference: ImageReference | undefined) => LinkedBuild | undefined;

function linkContainer(linker: Linker, workload: Workload, container: Container): void {
  linker(container.imageReference)?.runBy.push({ kind: 'container', workload, container });
}

/**
 * The repository of the only image that workloads run and that is nobody's official one, where there is one Dockerfile: what else
 * would that file be for?
 */
function onlyOwnImage(builds: readonly LinkedBuild[], workloads: readonly Workload[]): string | undefined {
  if (builds.length !== 1) return undefined;
  const own = new Set<string>();
  for (const workload of workloads)
    for (const { imageReference } of workload.allContainers)
      if (imageReference && !isPublished(imageReference)) own.add(repositoryOf(imageReference));
  return own.size === 1 ? [...own][0] : undefined;
}

/** Images of Docker Hub and of the registries where projects publish what others run. */
function isPublished({ registry, repository }: ImageReference): boolean {
  if (registry === 'docker.io')
    return (
      repository.startsWith('library/') ||
      /^(?:bitnami|grafana|prom|nginxinc|istio|envoyproxy|jaegertracing|otel)\//.test(repository)
    );
  return /^(?:gcr\.io|registry\.k8s\.io|k8s\.gcr\.io|quay\.io|mcr\.microsoft\.com|public\.ecr\.aws)$/.test(registry);
}

function repositoryOf({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`;
}

function imageLinker(projectName: string, builds: readonly LinkedBuild[], only: string | undefined): Linker {
  const byRepository = new Map<string, LinkedBuild>();
  const [first] = builds;
  if (only !== undefined && first) byRepository.set(only, first);
  const byName = new Map<string, LinkedBuild | 'several'>();
  for (const build of builds) {
    for (const image of build.images) {
      const reference = parseImageReference(image);
      if (reference) byRepository.set(repositoryOf(reference), build);
    }
    for (const name of conventionalNames(build, builds.length === 1 ? projectName : undefined))
      byName.set(name, byName.has(name) && byName.get(name) !== build ? 'several' : build);
  }
  return (reference) => {
    if (reference === undefined) return undefined;
    const told = byRepository.get(repositoryOf(reference));
    if (told) return told;
    // An official image of Docker Hub has no name space: it is nobody's own.
    if (
      reference.registry === 'docker.io' &&
      reference.repository.startsWith('library/') &&
      !byName.has(lastName(reference))
    )
      return undefined;
    const named = byName.get(lastName(reference));
    return named === 'several' ? undefined : named;
  };
}

function lastName(reference: ImageReference): string {
  return reference.repository.slice(reference.repository.lastIndexOf('/') + 1);
}

/** Directories that hold Dockerfiles for others and give no image its name. */
const generic = new Set([
  'docker',
  'build',
  'deploy',
  'deployment',
  'image',
  'images',
  'container',
  'containers',
  'ci',
  'src',
  'app',
  '.docker',
  'dockerfiles',
  'prod',
  'dev',
  'production',
  'development',
]);

function conventionalNames({ dockerfile, context }: LinkedBuild, projectName: string | undefined): string[] {
  const directory = directoryOf(dockerfile.path);
  const file = dockerfile.path.slice(directory === '' ? 0 : directory.length + 1);
  const suffix =
    /^(?:Dockerfile|Containerfile)[._-](.+)$/i.exec(file)?.[1] ??
    /^(.+)\.(?:Dockerfile|Containerfile)$/i.exec(file)?.[1];
  const own = directory
    .split('/')
    .filter((part) => !generic.has(part.toLowerCase()))
    .at(-1);
  const parent = context && context.directory !== '' ? context.directory.split('/').at(-1) : undefined;
  return [suffix, suffix === undefined ? own : undefined, suffix === undefined ? parent : undefined, projectName]
    .filter((name) => name !== undefined)
    .map((name) => name.toLowerCase())
    .filter((name) => !generic.has(name));
}
