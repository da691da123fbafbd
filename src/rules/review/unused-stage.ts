import type { Stage } from '../../dockerfile/stage.ts';
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
    for (const stage of used)
      for (const other of [...stage.dependsOn, ...chosenByVariable(stage, dockerfile.stages)]) used.add(other);
    const unused = dockerfile.stages.filter((stage) => !used.has(stage));
    for (const stage of unused) {
      if (stage.from === undefined || isTarget(stage) || isDevelopmentStage(stage)) continue;
      // What only a stage that is left over takes goes with it: one cause.
      if (unused.some(({ dependsOn }) => dependsOn.includes(stage))) continue;
      report({
        at: stage.from.range,
        message: `Nothing is taken from ${stage.name === undefined ? 'this stage' : `the stage ${stage.name}`}, and it is not the last one.`,
      });
    }
  },
});

/** `FROM build_${TARGETARCH}`: all stages whose name a value may complete. */
function chosenByVariable({ from }: Stage, stages: readonly Stage[]): readonly Stage[] {
  const written = from?.image?.raw ?? from?.image?.value ?? '';
  if (!written.includes('$')) return [];
  const parts = written.toLowerCase().split(/\$(?:\{[^}]*\}|\w+)/);
  return stages.filter(({ name }) => {
    if (name === undefined || !name.startsWith(parts[0] ?? '') || !name.endsWith(parts.at(-1) ?? '')) return false;
    return parts.every((part) => name.includes(part));
  });
}

/** A stage that is built by its name, `--target`: one that is named for it, says what to run, or is another stage with a change. */
function isTarget({ name, base, instructions }: Stage): boolean {
  if (name === undefined) return false;
  return (
    base.kind === 'stage' ||
    instructions.some(({ name: instruction }) => instruction === 'CMD' || instruction === 'ENTRYPOINT') ||
    /(?:^|[-_.])(?:prod|production|release|runtime|export|artifacts?|binaries|docs?|check|validate|format|fmt|vendor|update|generate|tools?|shell|local|cli|server|worker|web|api|final|target|bench|coverage|scan)(?:$|[-_.])/.test(
      name,
    )
  );
}
