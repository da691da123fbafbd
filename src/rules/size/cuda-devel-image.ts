import { cudaImage } from '../../bases/cuda-image.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { isBuildOnly } from '../../ecosystems/facts.ts';
import { runsProgram } from '../../project/image-purpose.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, stageChain } from '../../project/stage-facts.ts';
import { replaceReference } from '../../repairs/replace-base.ts';

/** Programs that want the compiler or the headers, and package builds that may. */
const compilers =
  /^(?:nvcc|gcc|g\+\+|cc|c\+\+|clang|clang\+\+|make|cmake|ninja|meson|bazel|scons|cargo|rustc|go|\.\/configure|configure|setup\.py)$/;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'The stage that ships stands on the devel flavor of a CUDA image and compiles nothing',
  why: 'The devel flavor holds the CUDA compiler, headers and static libraries, several gigabytes that only a build needs.',
  remedy: 'Ship on the runtime flavor of the same version; compile in a stage on devel and copy the result.',
  peers: ['tally:gpu/prefer-runtime-final-stage'],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      const { reference } = baseImageOf(stage);
      const from = stageChain(stage).at(-1)?.from?.image;
      if (from === undefined || cudaImage(reference)?.flavor !== 'devel' || !runsProgram(project, dockerfile, stage))
        continue;
      const chain = new Set(stageChain(stage));
      const compiles = dockerfile.commands.some(
        (placed) =>
          placed.stage !== undefined &&
          chain.has(placed.stage) &&
          (compilers.test(placed.command.name) ||
            placed.command.arguments.some(({ value }) => /(?:^|\/)(?:nvcc|setup\.py)$|flash-attn|\.sh$/.test(value)) ||
            placed.command.name.endsWith('.sh')),
      );
      const installsCompiler = packageCommands(dockerfile).some(
        ({ stage: own, read }) =>
          own !== undefined && chain.has(own) && read.packages.some(({ name }) => isBuildOnly(read.ecosystem, name)),
      );
      if (compiles || installsCompiler) continue;
      const first = stageChain(stage).at(-1);
      const isAlone =
        dockerfile.stages.filter((other) => stageChain(other).at(-1) === first).length === stageChain(stage).length;
      const runtime = reference?.text.replace(/-devel(?=-|$)/, '-runtime');
      const edits =
        reference && runtime && isAlone ? replaceReference(dockerfile, [from], reference.text, runtime) : undefined;
      report({
        at: from.range,
        ...(edits && {
          fix: {
            title: `Ship on ${runtime}`,
            changes: { edits },
            assumptions: [
              {
                statement: 'Nothing compiles for the GPU when the program runs.',
                state: 'unknown' as const,
                question:
                  'Does the program call nvcc or ptxas, or need headers of CUDA, when it runs: torch.utils.cpp_extension, CuPy kernels, Numba, DeepSpeed, flash-attn?',
              },
            ],
          },
        }),
        message: `${reference?.text} ships the CUDA compiler, and no step of the stage compiles.`,
        remedy: `Ship on ${runtime}, and compile, if anything, in a stage on devel.`,
        cause: `ships-toolchain:${stage.index}`,
      });
    }
  },
});
