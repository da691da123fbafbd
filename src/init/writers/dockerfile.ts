import { printable } from '../../core/printable.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { ApplicationPlan, ImageStage, Question, Step } from '../plan.ts';

const width = 120;

/** The Dockerfile of a plan. Everything in it is understood by the front end that Docker Engine 20.10 brings along. */
export function writeDockerfile(plan: ApplicationPlan): string {
  const head = [
    ...comment(
      `${plan.language}${plan.framework ? ` with ${plan.framework}` : ''}, written by plimsoll init. Each step says why it is there; change what you know better.`,
    ),
    ...comment(`Build with: docker build --tag ${plan.image}${buildPlace(plan)}`),
  ];
  const open = plan.questions.flatMap((each) => comment(`- ${questionText(each)}`));
  if (open.length > 0) head.push('#', '# Left to you:', ...open);
  const stages = plan.stages.map((stage, at) => writeStage(stage, at === plan.stages.length - 1 ? plan : undefined));
  return `${[head.join('\n'), ...stages].join('\n\n')}\n`;
}

/** A question with what was assumed meanwhile, and what answers it. */
export function questionText({ question, flag, assumed }: Question): string {
  return `${question}${assumed ? ` Assumed: ${assumed}.` : ''}${flag ? ` ${flag} answers it.` : ''}`;
}

/** What stands behind `docker build`: the file where it is not in the context's own directory, and the context. */
export function buildPlace({ directory, context }: Pick<ApplicationPlan, 'directory' | 'context'>): string {
  const sent = context === '' ? '.' : shellWord(context);
  return directory === context ? ` ${sent}` : ` --file ${shellWord(`${directory}/Dockerfile`)} ${sent}`;
}

function writeStage(stage: ImageStage, last: ApplicationPlan | undefined): string {
  const from = `FROM ${stage.base}${stage.name ? ` AS ${stage.name}` : ''}`;
  const blocks: string[][] = [[...(stage.comment ? comment(stage.comment) : []), from]];
  const add = (lines: string[], apart: boolean) => {
    if (apart) blocks.push(lines);
    else blocks.at(-1)?.push(...lines);
  };
  const placed = stage.steps.map((step) => ({
    lines: writeStep(step),
    apart: 'comment' in step && step.comment !== undefined,
    step,
  }));
  for (const { lines, apart, step } of placed.filter(
    (each) => each.step.kind === 'workdir' && each.step === stage.steps[0],
  ))
    add(lines, apart && step.kind !== 'workdir');
  if (last && Object.keys(last.run.environment).length > 0) add(writeEnvironment(last.run.environment), false);
  for (const { lines, apart } of placed.filter(
    (each) => !(each.step.kind === 'workdir' && each.step === stage.steps[0]),
  ))
    add(lines, apart);
  if (last) blocks.push(...writeEnd(last));
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function writeEnd({ run }: ApplicationPlan): string[][] {
  const blocks = [
    [...comment(`By number, so that Kubernetes can tell it from root: ${run.userEvidence}`), `USER ${run.user}`],
  ];
  const end: string[] = [];
  if (run.port !== undefined) end.push(`EXPOSE ${run.port}`);
  if (run.command.length > 0)
    end.push(
      ...comment(`From ${run.commandEvidence}. In exec form, so that the program itself gets SIGTERM`),
      `CMD ${JSON.stringify(run.command).replaceAll('","', '", "')}`,
    );
  return end.length > 0 ? [...blocks, end] : blocks;
}

function writeStep(step: Step): string[] {
  const above = 'comment' in step && step.comment !== undefined ? comment(step.comment) : [];
  switch (step.kind) {
    case 'workdir':
      return [`WORKDIR ${step.path}`];
    case 'env':
      return [...above, ...writeEnvironment(step.variables)];
    case 'arg':
      return [...above, ...Object.entries(step.variables).map(([name, value]) => `ARG ${name}=${value}`)];
    case 'copy':
      return [...above, writeCopy(step)];
    case 'run':
      return [...above, writeRun(step)];
  }
}

function writeEnvironment(variables: Readonly<Record<string, string>>): string[] {
  return [
    `ENV ${Object.entries(variables)
      .map(([name, value]) => `${name}=${quoted(value)}`)
      .join(' \\\n    ')}`,
  ];
}

function quoted(value: string): string {
  return /^[\w@%+=:,./$-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function writeCopy({ from, sources, destination, owner }: Extract<Step, { kind: 'copy' }>): string {
  const flags = [...(from ? [`--from=${from}`] : []), ...(owner ? [`--chown=${owner}`] : [])];
  const words = [...sources, destination];
  const paths = words.some((word) => /\s/.test(word)) ? JSON.stringify(words) : words.join(' ');
  return ['COPY', ...flags, paths].join(' ');
}

function writeRun({ mounts, commands }: Extract<Step, { kind: 'run' }>): string {
  const flags = (mounts ?? []).map((mount) => `--mount=${mount} `).join('\\\n    ');
  const body = commands.join(' \\\n    && ');
  return `RUN ${flags}${flags !== '' && (commands.length > 1 || (mounts ?? []).length > 1) ? '\\\n    ' : ''}${body}`;
}

/** Lines of a comment, wrapped. */
export function comment(text: string): string[] {
  const lines: string[] = [];
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > width) lines.push(`# ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
