import type { ComposeFile, ComposeService } from '../kubernetes/compose.ts';
import { directoryOf } from '../kubernetes/project-path.ts';
import type { ImageUse, Project } from './project.ts';

/**
 * A service with those of its name in the other Compose files of its directory: `compose.override.yaml` and `compose.dev.yaml` are laid over
 * `compose.yaml`, so that what one of them says may hold for all. None for a container of Kubernetes.
 */
export function sameServices(
  { composeFiles }: Project,
  use: ImageUse,
): readonly { readonly file: ComposeFile; readonly service: ComposeService }[] {
  if (use.kind === 'container') return [];
  const directory = directoryOf(use.file.path);
  const { name } = use.service;
  return [
    { file: use.file, service: use.service },
    ...composeFiles
      .filter((file) => file.path !== use.file.path && directoryOf(file.path) === directory)
      .flatMap((file) => file.services.filter((each) => each.name === name).map((service) => ({ file, service }))),
  ];
}
