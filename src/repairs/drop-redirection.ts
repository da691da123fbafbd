import type { CommandRedirect } from '../core/command-line.ts';
import type { Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import type { CmdInstruction, EntrypointInstruction } from '../dockerfile/instruction.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { Project } from '../project/project.ts';
import { execFormOfText } from './exec-form.ts';
import { nothingReads } from './log-streams.ts';

/**
 * Lets a start command write where its streams go: without the redirection into `file`, and without the `2>&1` that goes with it. Where a JSON array had
 * a shell for nothing else, it starts the program itself from then on. Undefined where the command has other redirections, too.
 */
export function dropRedirection(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: CmdInstruction | EntrypointInstruction,
  { redirects }: ShellCommand,
  file: string,
): Fix | undefined {
  const isOther = ({ operator, descriptor, target }: CommandRedirect) =>
    !(target?.value === file || (operator === '>&' && descriptor === 2 && target?.value === '1'));
  if (redirects.some(isOther)) return undefined;
  const edits = redirects.map(({ range }) => {
    let { start } = range;
    while (dockerfile.text[start - 1] === ' ') start -= 1;
    return replace(dockerfile, { start, end: range.end }, '');
  });
  if (edits.some(({ range }) => dockerfile.text.slice(range.start, range.end).includes('\n'))) return undefined;
  const plain = withoutShell(project, dockerfile, stage, instruction, edits);
  if (plain) return { ...plain, assumptions: [...plain.assumptions, nothingReads(file)] };
  return { title: 'Drop the redirection', changes: { edits }, assumptions: [nothingReads(file)] };
}

/** `["/bin/sh", "-c", "exec server"]` says no more than `["server"]`. */
function withoutShell(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: CmdInstruction | EntrypointInstruction,
  edits: readonly TextEdit[],
): Fix | undefined {
  if (instruction.command.form !== 'exec') return undefined;
  const [shell, option, script, ...others] = instruction.command.words;
  if (shell === undefined || option?.value !== '-c' || script === undefined || others.length > 0) return undefined;
  if (!/^(?:\/bin\/|\/usr\/bin\/)?(?:sh|bash|dash|ash)$/.test(shell.value)) return undefined;
  const { text } = dockerfile;
  const start = text.lastIndexOf('[', shell.range.start);
  const close = text.indexOf(']', script.range.end);
  if (start < instruction.range.start || close === -1 || close >= instruction.range.end) return undefined;
  if (text.slice(start, close).includes('\n')) return undefined;
  const made = execFormOfText(project, dockerfile, stage, instruction, without(text, script.range, edits));
  return (
    made && {
      title: `Drop the redirection, and start ${made.words[0]} without a shell`,
      changes: {
        edits: [
          replace(
            dockerfile,
            { start, end: close + 1 },
            `[${made.words.map((word) => JSON.stringify(word)).join(', ')}]`,
          ),
        ],
      },
      assumptions: made.assumptions,
    }
  );
}

/** The text of a JSON string after edits of its source; empty where it is none then. */
function without(text: string, range: { start: number; end: number }, edits: readonly TextEdit[]): string {
  let at = range.start;
  let kept = '';
  for (const edit of [...edits].sort((a, b) => a.range.start - b.range.start)) {
    kept += text.slice(at, edit.range.start);
    at = edit.range.end;
  }
  try {
    const value: unknown = JSON.parse(kept + text.slice(at, range.end));
    return typeof value === 'string' ? value.trim() : '';
  } catch {
    return '';
  }
}
