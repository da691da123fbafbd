import type { TextEdit } from '../core/fix.ts';
import { literalPattern } from '../core/literal-pattern.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { type ActionStep, actionSteps } from '../project/build-commands.ts';
import type { Project } from '../project/project.ts';

/**
 * Lets the workflows of GitHub that build a Dockerfile give `name` as a secret, where they give it as an argument today: the same line, among
 * `secrets` instead of `build-args`. Undefined where one of them gives it in a form that is not moved so.
 * https://github.com/docker/build-push-action#inputs
 */
export function workflowSecrets(
  { otherFiles, artifacts }: Project,
  { path }: Dockerfile,
  name: string,
): readonly TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const file of otherFiles) {
    const artifact = file.kind === 'ci' && file.path.startsWith('.github/') ? artifacts.get(file.path) : undefined;
    if (artifact === undefined) continue;
    for (const step of actionSteps(artifact)) {
      if (step.dockerfilePath !== path || !givesArgument(step, name)) continue;
      const own = moved(step, name);
      if (own === undefined) return undefined;
      edits.push(
        ...own.map(({ start, end, replacement }) => ({
          path: file.path,
          range: { start: step.start + start, end: step.start + end },
          replacement,
        })),
      );
    }
  }
  return edits;
}

/** `build-args`, and what stands in it: the rest of its line, and lines that are indented deeper. */
const buildArguments = /^([ \t]+)build-args:(.*(?:\r?\n(?:\1[ \t]+\S.*|[ \t]*))*)/m;

function givesArgument({ text }: ActionStep, name: string): boolean {
  const [, , given = ''] = buildArguments.exec(text) ?? [];
  return new RegExp(`(?<!\\w)${literalPattern(name)}=`).test(given);
}

interface StepEdit {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** A block of lines, one for each argument. */
const block = /^([ \t]+)build-args:[ \t]*\|-?[ \t]*(\r?\n)((?:\1[ \t]+\S.*(?:\r?\n|$))+)/m;

function moved({ text }: ActionStep, name: string): readonly StepEdit[] | undefined {
  const found = block.exec(text);
  if (found === null || /^[ \t]+secrets:/m.test(text)) return undefined;
  const [whole, indent = '', lineEnd = '\n', body = ''] = found;
  const lines = body.split(/(?<=\n)/);
  const [line, ...others] = lines.filter((each) => each.trim().startsWith(`${name}=`));
  if (line === undefined || others.length > 0) return undefined;
  const key = found.index + indent.length;
  if (lines.length === 1) return [{ start: key, end: key + 'build-args'.length, replacement: 'secrets' }];
  const start = found.index + whole.length - body.length + body.indexOf(line);
  const given = line.endsWith('\n') ? line : `${line}${lineEnd}`;
  return [
    { start: found.index, end: found.index, replacement: `${indent}secrets: |${lineEnd}${given}` },
    { start, end: start + line.length, replacement: '' },
  ];
}
