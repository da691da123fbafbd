import { matchGlob } from '../context/go-glob.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { inCaseOf } from '../dockerfile/edit-lines.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import type { InstallInputs } from '../ecosystems/install-inputs.ts';
import { absolutePath, copiedFiles } from '../project/copied-files.ts';
import type { Project } from '../project/project.ts';
import { mayChange } from './may-change.ts';

/** Where a project that is installed lies, in the context and in the image. */
export interface Place {
  /** The project's directory in the context: '' for its root. */
  readonly inContext: string;
  /** The same below what the COPY brings. */
  readonly inCopy: string;
  /** The COPY's destination: absolute, and as written with a slash at its end. */
  readonly root: string;
  readonly target: string;
}

/** One COPY for each directory that has a manifest, and one for each directory that is read whole. */
export function manifestCopies(
  project: Project,
  dockerfile: Dockerfile,
  copy: CopyInstruction,
  { inContext, inCopy, target }: Place,
  needs: InstallInputs,
): string[] {
  const keyword = inCaseOf(copy, 'COPY');
  const flags = copy.flags.map(({ range }) => ` ${dockerfile.text.slice(range.start, range.end)}`).join('');
  const from = inContext === '' ? '' : `${inContext}/`;
  const below = inCopy === '' ? '' : `${inCopy}/`;
  const byDirectory = new Map<string, string[]>();
  for (const file of needs.files) {
    const directory = below + file.slice(0, file.lastIndexOf('/') + 1);
    if (isCopiedBefore(project, dockerfile, copy, directory, from + file)) continue;
    byDirectory.set(directory, [...(byDirectory.get(directory) ?? []), from + file]);
  }
  const line = (sources: readonly string[], directory: string) => {
    const destination = target === './' && directory !== '' ? directory : `${target}${directory}`;
    return `${keyword}${flags} ${sources.join(' ')} ${destination}`;
  };
  return [
    ...[...byDirectory].map(([directory, sources]) => line(sources, directory)),
    ...(needs.directories ?? []).map((directory) => line([`${from}${directory}`], `${below}${directory}`)),
  ];
}

/** A COPY before brings the file to the same directory, relative to that of the COPY, already, and nothing changes it from there to the COPY. */
function isCopiedBefore(
  project: Project,
  dockerfile: Dockerfile,
  copy: CopyInstruction,
  directory: string,
  file: string,
): boolean {
  const stage = dockerfile.stages.find(({ instructions }) => instructions.includes(copy));
  const places = stage === undefined ? [] : copiedFiles(dockerfile, stage);
  const root = places.find(({ instruction }) => instruction === copy)?.destination;
  const target = root && absolutePath(root, directory || '.');
  const earlier = places.findLast(
    ({ instruction, destination }) =>
      instruction.name === 'COPY' &&
      instruction.from === undefined &&
      instruction.excludes.length === 0 &&
      !instruction.parents &&
      instruction.range.start < copy.range.start &&
      destination === target &&
      instruction.sources.some(({ value }) => brings(value.replace(/^(?:\.?\/)+/, ''), file)),
  )?.instruction;
  const path = absolutePath(target, file.slice(file.lastIndexOf('/') + 1).replaceAll('*', ''));
  if (stage === undefined || earlier === undefined || path === undefined) return false;
  const between = { start: earlier.range.start, end: copy.range.start };
  return !mayChange(project, dockerfile, stage, [path], between);
}

/** A source of a COPY and a file that is to be copied, either of which may have stars: `package*.json`, `poetry.lock*`. */
function brings(source: string, file: string): boolean {
  if (source.slice(0, source.lastIndexOf('/') + 1).includes('*')) return false;
  return source.replaceAll('*', '') === file.replaceAll('*', '') || matchGlob(source, file) === true;
}
