import { isDevelopmentStage } from '../../project/development-stage.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A stage that no other one uses',
  why: 'BuildKit skips it, so what stands there is never built and never tested; the older builder builds it for nothing.',
  remedy: 'Remove it, or copy from it what it was made for.',
  peers: ['tally:no-unreachable-stages'],
  check({ dockerfile, project }, { report }) {
    if (dockerfile.stages.length < 2) return;
    const used = new Set(shippedStages(project, dockerfile));
    if (dockerfile.final) used.add(dockerfile.final);
    // A set is walked in the order in which it grows.
    for (const stage of used) for (const other of stage.dependsOn) used.add(other);
    for (const stage of dockerfile.stages) {
      if (used.has(stage) || stage.from === undefined || isTarget(stage.name)) continue;
      if (isDevelopmentStage(stage)) continue;
      report({
        at: stage.from.range,
        message: `Nothing is taken from ${stage.name === undefined ? 'this stage' : `the stage ${stage.name}`}, and it is not the last one.`,
      });
    }
  },
});

/** A stage that is built by its name, `--target`, for what it says. */
function isTarget(name: string | undefined): boolean {
  return (
    name !== undefined &&
    /(?:^|[-_.])(?:prod|production|release|runtime|export|artifacts?|binaries|docs?|check|validate|format|fmt|vendor|update|generate|tools?|shell|local|cli|server|worker|web|api|final|target|bench|coverage|scan)(?:$|[-_.])/.test(
      name,
    )
  );
}
