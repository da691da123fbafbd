import type { Observation, TrialRun } from '../../trial.ts';
import type { Ended } from './running-container.ts';

/** The name of one run among the observations. */
export function runName({ arguments: args, entrypoint }: TrialRun): string {
  return ['runs', ...(entrypoint === undefined ? [] : [entrypoint]), ...args].join(' ');
}

/** What is seen of one run of a program to its end. */
export function observeRun(
  run: TrialRun,
  { exitCode, output, errors }: Ended,
  seconds: number,
): readonly Observation[] {
  const name = runName(run);
  const isPlain = run.arguments.length === 0 && run.entrypoint === undefined && run.input === undefined;
  // Whoever lists a run may want its refusal; from 125 on it is the engine, the shell or a signal that speaks:
  // https://docs.docker.com/engine/containers/run/#exit-status
  const good = exitCode !== undefined && (isPlain ? exitCode === 0 : exitCode < 125);
  return [
    { name, kind: 'exit', lines: [exitCode === undefined ? 'runs on' : `exit code ${exitCode}`], seconds, good },
    { name: `${name}: output`, kind: 'output', lines: linesOf(output), good },
    { name: `${name}: errors`, kind: 'output', lines: linesOf(errors), good },
  ];
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}
