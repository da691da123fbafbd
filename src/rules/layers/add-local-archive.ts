import type { Cost } from '../../core/finding.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { CopyInstruction } from '../../dockerfile/instruction.ts';
import type { ImageBuild } from '../../project/project.ts';
import { buildsOf } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** What ADD unpacks. https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives */
const archive = /\.(?:tar(?:\.(?:gz|bz2|xz))?|tgz|tbz2?|txz)$/;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'An archive is copied and then unpacked',
  why: 'The archive stays in the layer of its COPY, even when a later RUN deletes it, and is pulled beside what was in it.',
  remedy: 'Let ADD unpack it, or mount it for the RUN that does: RUN --mount=type=bind,source=….',
  peers: ['hadolint:DL3010'],
  check({ dockerfile, project }, { report }) {
    const unpacking = dockerfile.commandsNamed('tar').filter(isExtraction);
    if (unpacking.length === 0) return;
    for (const { instruction, stage } of dockerfile.instructionsNamed('COPY')) {
      if (instruction.from !== undefined) continue;
      for (const name of archivesOf(instruction)) {
        const by = unpacking.find(
          (placed) =>
            placed.stage === stage &&
            placed.instruction.range.start > instruction.range.start &&
            placed.command.arguments.some(({ value }) => baseName(value) === name),
        );
        if (by === undefined) continue;
        const cost = costOf(buildsOf(project, dockerfile), instruction);
        report({
          at: instruction.range,
          also: [{ range: by.command.range, note: 'unpacked here' }],
          message: `${name} is copied into a layer of its own and unpacked in another.`,
          ...(cost && { cost }),
        });
        break;
      }
    }
  },
});

function isExtraction({ command }: PlacedCommand): boolean {
  return command.arguments.some(
    ({ value }, index) =>
      value === '--extract' ||
      value === '--get' ||
      (/^-?[A-Za-z]*x[A-Za-z]*$/.test(value) && (value.startsWith('-') || index === 0)),
  );
}

/** The names under which the archives of a COPY lie in the image. */
function archivesOf({ sources, destination }: CopyInstruction): readonly string[] {
  if (destination !== undefined && archive.test(destination.value)) return [baseName(destination.value)];
  return sources.map(({ value }) => baseName(value)).filter((name) => archive.test(name) && !name.includes('$'));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function costOf(builds: readonly ImageBuild[], { sources }: CopyInstruction): Cost | undefined {
  const paths = new Set(
    sources.map(({ value }) => value.replace(/^\.?\/+/, '')).filter((value) => archive.test(value)),
  );
  for (const { context } of builds) {
    const bytes = (context?.listing.entries ?? [])
      .filter((entry) => paths.has(entry.path))
      .reduce((sum, { size }) => sum + size, 0);
    if (bytes > 0)
      return { bytes, basis: 'estimated', derivation: `size of ${[...paths].join(', ')} in the build context` };
  }
  return undefined;
}
