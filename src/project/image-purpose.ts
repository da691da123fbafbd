import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { buildsOf, type Project } from './project.ts';
import { lastInstruction } from './stage-facts.ts';
import { startedWords } from './started-commands.ts';

/**
 * True when a stage's image is one that runs a program: it says what to run, or a workload or service runs it. What has neither is
 * a base for other images or a place to work in.
 */
export function runsProgram(project: Project, dockerfile: Dockerfile, stage: Stage): boolean {
  if (lastInstruction(stage, 'CMD') !== undefined || lastInstruction(stage, 'ENTRYPOINT') !== undefined) return true;
  return buildsOf(project, dockerfile).some((build) => build.stage === stage && build.runBy.length > 0);
}

const shell = /^(?:\S*\/)?(?:ba|da|a|z|k|fi)?sh$/;

/**
 * True when a container of the image does nothing by itself: it starts a shell without a script, or waits for somebody to come in
 * (`sleep infinity`, `tail -f /dev/null`).
 */
export function waitsForPerson(stage: Stage): boolean {
  const words = startedWords(stage);
  const text = words.join(' ');
  if (/(?:^|[\s;&])(?:sleep\s+(?:infinity|\d{4,}\w?)|tail\s+(?:-\S+\s+)*\/dev\/null)\s*["']?$/.test(text)) return true;
  const at = words.findLastIndex((word) => shell.test(word));
  const options = at === -1 ? [''] : words.slice(at + 1);
  return options.every((word) => /^-[^c]*$/.test(word));
}
