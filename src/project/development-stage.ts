import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { buildsOf, type Project } from './project.ts';

const development = /(?:^|[-_.])(?:dev|devel|development|tests?|testing|ci|debug|lint|e2e)(?:$|[-_.])/;

/** True for a stage whose name says that it is for development or tests and not what runs in production. */
export function isDevelopmentStage({ name }: Stage): boolean {
  return name !== undefined && development.test(name);
}

const developmentName = /^(?:.*[-_])?(?:dev|devel|development|tests?|testing|debug|lint|e2e|cypress|playwright)$/;

/**
 * True where the name of a Dockerfile, or of a directory around it, says that what it makes is for development or tests (`Dockerfile.dev`,
 * `dev/docker/Dockerfile`), and no workload of Kubernetes runs it.
 */
export function isDevelopmentFile(project: Project, dockerfile: Dockerfile): boolean {
  const parts = dockerfile.path.toLowerCase().split('/');
  const name = parts.pop() ?? '';
  return (
    (name.split('.').some((part) => developmentName.test(part)) ||
      parts.some(
        (part, at) =>
          /^(?:\.devcontainer|dev|devel|development|tests?|testing|e2e|teste2e)$/.test(part) ||
          // `docker/local/Dockerfile` is for the machine of who develops; `services/local` may be a program called so.
          (part === 'local' && parts[at - 1] === 'docker'),
      )) &&
    !buildsOf(project, dockerfile).some(({ runBy }) => runBy.some(({ kind }) => kind === 'container'))
  );
}

/**
 * True for a stage that Compose alone names as what it builds, and that the last stage of the file is made from: people work in it, and what ships
 * is the last one.
 */
export function isBuilderOfCompose(project: Project, dockerfile: Dockerfile, stage: Stage): boolean {
  const { final } = dockerfile;
  if (final === undefined || final === stage) return false;
  const builds = buildsOf(project, dockerfile).filter((build) => build.stage === stage);
  const isComposes = builds.every(
    ({ toldBy, runBy }) => toldBy === 'compose' && runBy.every(({ kind }) => kind === 'service'),
  );
  if (!isComposes) return false;
  const needed = new Set([final]);
  for (const each of needed) for (const next of each.dependsOn) needed.add(next);
  return needed.has(stage);
}
