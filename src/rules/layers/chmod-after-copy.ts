import type { Assumption, Fix } from '../../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { insertAfter } from '../../dockerfile/edit.ts';
import type { CopyInstruction, Instruction, RunInstruction } from '../../dockerfile/instruction.ts';
import { removeInstruction } from '../../dockerfile/remove-command.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { absolutePath, copiedFiles } from '../../project/copied-files.ts';
import { frontendKnows } from '../../project/frontend.ts';
import type { Project } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, workingDirectory } from '../../project/stage-facts.ts';
import { contextFiles } from '../../repairs/context-files.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'RUN chmod on a file that was just copied',
  why: 'A change of mode stores the whole file again in another layer, and starts a container for it.',
  remedy: 'Give the mode where the file is copied: COPY --chmod=755.',
  peers: ['tally:prefer-copy-chmod'],
  check({ dockerfile, project }, { report }) {
    for (const placed of dockerfile.commandsNamed('chmod')) {
      const { instruction, stage, command } = placed;
      const mode = command.arguments[0];
      if (instruction.name !== 'RUN' || stage === undefined || mode === undefined || !isAlone(dockerfile, placed))
        continue;
      if (instruction.mounts.length > 0 || !mode.literal) continue;
      const copy = previous(stage, instruction);
      if (copy === undefined || !copiesOne(copy) || baseImageOf(stage).distribution === 'windows') continue;
      const fileCopied = fileOf(dockerfile, stage, copy);
      const changed = command.arguments[1];
      const path = changed && absolutePath(workingDirectory(dockerfile, stage, instruction).path, changed.value);
      if (fileCopied === undefined || path !== fileCopied) continue;
      const fix = fixFor(project, dockerfile, copy, instruction, mode.value);
      report({
        at: instruction.range,
        message: `chmod ${mode.value} stores ${path} a second time.`,
        ...(copy.name === 'ADD' && { peers: [] }),
        also: [{ range: copy.range, note: 'copied here' }],
        ...(fix && { fix }),
      });
    }
  },
});

/** `chmod MODE FILE` and nothing else in the RUN. */
function isAlone(dockerfile: Dockerfile, { command, instruction }: PlacedCommand): boolean {
  return (
    dockerfile.script(instruction)?.commands.length === 1 &&
    command.arguments.length === 2 &&
    command.arguments.every(({ value, literal }) => literal && !value.startsWith('-') && !/[*?[]/.test(value)) &&
    command.wrappers.length === 0 &&
    command.redirects.length === 0
  );
}

function previous(stage: Stage, instruction: Instruction): CopyInstruction | undefined {
  const before = stage.instructions[stage.instructions.indexOf(instruction) - 1];
  if (before?.name === 'ADD') return before.chmod === undefined && isPlainFile(before) ? before : undefined;
  return before?.name === 'COPY' && before.chmod === undefined ? before : undefined;
}

/** ADD gives its mode to what it copies as COPY does; addresses and archives are another matter. */
function isPlainFile({ sources }: CopyInstruction): boolean {
  return sources.every(({ value }) => !/:\/\/|^git@|\.(?:tar|tgz|tbz2?|txz|gz|bz2|xz|zst|zip)$/i.test(value));
}

function copiesOne({ sources, heredocs }: CopyInstruction): boolean {
  const [source] = sources;
  if (heredocs.length > 0) return sources.length === 0 && heredocs.length === 1;
  return sources.length === 1 && source !== undefined && !/[*?[$]|(?:^|\/)\.?$/.test(source.value);
}

/** Where the file comes to lie: the destination, or the file's name in the directory that it names. */
function fileOf(dockerfile: Dockerfile, stage: Stage, copy: CopyInstruction): string | undefined {
  const destination = copiedFiles(dockerfile, stage).find(({ instruction }) => instruction === copy)?.destination;
  const written = copy.destination?.value ?? '';
  const source = copy.sources[0]?.value;
  if (destination === undefined || !(written.endsWith('/') || written === '.')) return destination;
  return source === undefined ? undefined : absolutePath(destination, source.slice(source.lastIndexOf('/') + 1));
}

/** An octal mode says all; `+x` only together with the mode that the file has. */
function fixFor(
  project: Project,
  dockerfile: Dockerfile,
  copy: CopyInstruction,
  run: RunInstruction,
  mode: string,
): Fix | undefined {
  const octal = /^0?[0-7]{3,4}$/.test(mode) ? mode : /^(?:a|ugo)?\+x$/.test(mode) ? '755' : undefined;
  if (octal === undefined) return undefined;
  const buildKit = frontendKnows(project, dockerfile, copy.name === 'ADD' ? 'ADD --chmod' : 'COPY --chmod');
  const wasPlain: Assumption = {
    statement: 'The file is readable by all and writable by its owner alone in the build context.',
    state: 'unknown',
    question: 'Is 755 the mode that the file should have?',
  };
  const removal = removeInstruction(dockerfile, run, copy);
  if (removal === undefined) return undefined;
  return {
    title: `Pass --chmod=${octal} and drop the RUN`,
    changes: {
      edits: [insertAfter(dockerfile, copy.keyword.range, ` --chmod=${octal}`), ...removal],
    },
    assumptions: [buildKit, ...(octal === mode ? [] : [wasPlain]), isFile(project, dockerfile, copy)],
  };
}

/** Names that files have, and directories do not. */
const fileName =
  /[^/]\.(?:sh|bash|zsh|ksh|py|rb|pl|php|js|mjs|cjs|ts|lua|awk|jar|war|exe|bin|run|conf|cfg|cnf|ini|json|ya?ml|toml|xml|properties|env|txt|key|pem|crt|sql|service)$/i;

/** COPY gives the mode to all that lies in a directory, where chmod without -R changes the directory alone. */
function isFile(project: Project, dockerfile: Dockerfile, { sources, heredocs, from }: CopyInstruction): Assumption {
  const source = sources[0]?.value.replace(/^(?:\.?\/)+/, '') ?? '';
  const statement = `${source === '' ? 'It' : source} is a file, not a directory.`;
  // What lies in another stage or image is not in the context.
  const paths = from === undefined ? contextFiles(project, dockerfile, '')?.paths : undefined;
  if (paths?.some((path) => path.startsWith(`${source}/`))) return { statement, state: 'fails' };
  if (heredocs.length > 0 || fileName.test(source) || paths?.includes(source)) return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: `Is ${source} a file? In a directory COPY gives the mode to all files.`,
  };
}
