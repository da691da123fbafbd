import { type BaseImage, baseImage } from '../bases/base-image.ts';
import { directoryOfDockerfileImage, packageOfDockerfileImage } from '../bases/dockerfile-project.ts';
import type { TextEdit } from '../core/fix.ts';
import { familiarName } from '../core/image-reference.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertLinesAfter } from '../dockerfile/edit-lines.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';

/** What the steps have from an image of the project Dockerfile, and the official one in its place does not bring. */
export interface BundledPrograms {
  /** Steps that install what is called. */
  readonly edits: readonly TextEdit[];
  readonly certain: readonly string[];
  readonly possible: readonly string[];
}

const nothing: BundledPrograms = { edits: [], certain: [], possible: [] };

/** Images with compilers, git and curl: those of languages in their full form. */
const inBuildImages = new Set(['curl', 'git', 'wget', 'unzip', 'build-essential', 'gnupg', 'python3']);

/**
 * The steps that the stages need where they move from an image with many tools (dockerfile/ubuntu and those on it) to an official one. Nothing
 * for other images.
 */
export function bundledPrograms(
  dockerfile: Dockerfile,
  stages: readonly Stage[],
  fromReference: string,
  toReference: string,
): BundledPrograms {
  const from = baseImage(fromReference);
  const directory = from.reference && directoryOfDockerfileImage(familiarName(from.reference));
  if (directory === undefined) return nothing;
  const to = baseImage(toReference);
  const certain: string[] = [];
  if (from.runtime?.name === 'go' && /\/go(?:path|root)\b/.test(dockerfile.text))
    certain.push('the file names /gopath or /goroot, and Go lies in /usr/local/go there');
  const edits = stages.flatMap((stage) => {
    const missing = missingPackages(dockerfile, stage, to);
    if (missing.length === 0 || stage.from === undefined || stage.base.kind !== 'image') return [];
    const step = `RUN apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')} && rm -rf /var/lib/apt/lists/*`;
    return insertLinesAfter(dockerfile, stage.from, [step]);
  });
  const isPlaced = stages.every(({ instructions }) =>
    instructions.some((each) => each.name === 'WORKDIR' && each.value.value.startsWith('/')),
  );
  return {
    edits,
    certain,
    possible: isPlaced ? [] : [`Does anything rely on ${directory}, in which the old image begins?`],
  };
}

/** Packages of programs that the stage's own commands call, and that neither the new image nor a step brings. */
function missingPackages(dockerfile: Dockerfile, stage: Stage, to: BaseImage): readonly string[] {
  const installed = new Set(
    packageCommands(dockerfile)
      .filter((placed) => placed.stage === stage && placed.read.action === 'install')
      .flatMap(({ read }) => read.packages.map(({ name }) => name)),
  );
  const wanted = new Set<string>();
  for (const instruction of stage.instructions)
    for (const { name } of dockerfile.script(instruction)?.commands ?? []) {
      const own = packageOfDockerfileImage(name);
      if (own === undefined || installed.has(own) || (to.toolchain === true && inBuildImages.has(own))) continue;
      wanted.add(own);
      if (/^(?:curl|wget|git)$/.test(own) && !installed.has('ca-certificates')) wanted.add('ca-certificates');
    }
  return [...wanted].sort();
}
