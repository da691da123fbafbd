import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { buildsOf, type Project } from './project.ts';
import { lastInstruction } from './stage-facts.ts';

/**
 * True when a stage's image is one that runs a program: it says what to run, or a workload or service runs it. What has neither is
 * a base for other images or a place to work in.
 */
export function runsProgram(project: Project, dockerfile: Dockerfile, stage: Stage): boolean {
  if (lastInstruction(stage, 'CMD') !== undefined || lastInstruction(stage, 'ENTRYPOINT') !== undefined) return true;
  return buildsOf(project, dockerfile).some((build) => build.stage === stage && build.runBy.length > 0);
}
