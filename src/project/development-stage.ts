import type { Stage } from '../dockerfile/stage.ts';

const development = /(?:^|[-_.])(?:dev|devel|development|tests?|testing|ci|debug|lint|e2e)(?:$|[-_.])/;

/** True for a stage whose name says that it is for development or tests and not what runs in production. */
export function isDevelopmentStage({ name }: Stage): boolean {
  return name !== undefined && development.test(name);
}

/** True where the name of a Dockerfile, or of a directory around it, says that what it makes is for development or tests: `Dockerfile.dev`, `dev/docker/Dockerfile`. */
export function isDevelopmentFile(path: string): boolean {
  const parts = path.toLowerCase().split('/');
  const name = parts.pop() ?? '';
  return (
    development.test(name) ||
    parts.some((part) => /^(?:\.devcontainer|dev|devel|development|tests?|testing|e2e)$/.test(part))
  );
}
