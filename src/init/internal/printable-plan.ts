import { printable } from '../../core/printable.ts';
import type { ApplicationPlan, ImageStage, RunPlan, Step } from '../plan.ts';

/**
 * A plan each of whose texts is one line, as the writers take them: what was found in files and their names may hold line ends, which
 * would end a comment in a Dockerfile or manifest and begin an instruction, and what a terminal acts upon. Left as they are: files as
 * a whole, and what is written in JSON's quotes (the command, values of variables).
 */
export function printablePlan(plan: ApplicationPlan): ApplicationPlan {
  return {
    ...plan,
    framework: ifThere(plan.framework),
    version: ifThere(plan.version),
    decisions: plan.decisions.map(({ topic, value, evidence }) => ({
      topic,
      value: printable(value),
      evidence: printable(evidence),
    })),
    questions: plan.questions.map(({ question, flag, assumed }) => ({
      question: printable(question),
      flag: ifThere(flag),
      assumed: ifThere(assumed),
    })),
    stages: plan.stages.map(printableStage),
    run: printableRun(plan.run),
    ignore: plan.ignore.map(({ comment, patterns }) => ({
      comment: printable(comment),
      patterns: patterns.map(printable),
    })),
    variables: plan.variables.map((each) => ({
      ...each,
      name: printable(each.name),
      evidence: printable(each.evidence),
    })),
    metrics: plan.metrics && { path: printable(plan.metrics.path), evidence: printable(plan.metrics.evidence) },
  };
}

function ifThere(text: string | undefined): string | undefined {
  return text === undefined ? undefined : printable(text);
}

function printableStage(stage: ImageStage): ImageStage {
  return {
    ...stage,
    base: printable(stage.base),
    ...(stage.comment !== undefined && { comment: printable(stage.comment) }),
    steps: stage.steps.map(printableStep),
  };
}

function printableStep(step: Step): Step {
  if (step.kind === 'workdir') return { ...step, path: printable(step.path) };
  const comment = step.comment === undefined ? {} : { comment: printable(step.comment) };
  switch (step.kind) {
    case 'copy':
      return {
        ...step,
        ...comment,
        sources: step.sources.map(printable),
        destination: printable(step.destination),
      };
    case 'run':
      return { ...step, ...comment, commands: step.commands.map(printable) };
    case 'env':
    case 'arg':
      return { ...step, ...comment, variables: printableValues(step.variables) };
  }
}

function printableValues(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [printable(name), printable(value)]));
}

function printableRun(run: RunPlan): RunPlan {
  return {
    ...run,
    commandEvidence: printable(run.commandEvidence),
    environment: printableValues(run.environment),
    userEvidence: printable(run.userEvidence),
    writable: run.writable.map((each) => ({ ...each, path: printable(each.path), why: printable(each.why) })),
    health: run.health && {
      ...run.health,
      path: printable(run.health.path),
      evidence: printable(run.health.evidence),
      ...(run.health.live !== undefined && { live: printable(run.health.live) }),
    },
  };
}
