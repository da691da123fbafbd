import type { Stage } from '../dockerfile/stage.ts';

/** True for a stage whose name says that it is for development or tests and not what runs in production. */
export function isDevelopmentStage({ name }: Stage): boolean {
  return (
    name !== undefined && /(?:^|[-_.])(?:dev|devel|development|tests?|testing|ci|debug|lint|e2e)(?:$|[-_.])/.test(name)
  );
}
