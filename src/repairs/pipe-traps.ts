import type { ShellCommand, ShellScript } from '../dockerfile/shell.ts';

/** What `pipefail` does to the pipes of a script. */
export interface PipeTraps {
  /** A pipe fails with it though nothing is wrong: why. */
  readonly breaks: string | undefined;
  /** Commands before the last of a pipe: they must succeed from then on. */
  readonly mustSucceed: readonly string[];
}

/** They end in order with another status than 0, or never end. */
const neverSucceeds = /^(?:yes|false)$/;

/** Programs whose status says what they found, not whether they failed. */
const tells = /^(?:[efz]?grep|rg|diff|cmp|expr|test|\[|which|pgrep|pidof)$/;

/** Looks at every pipe of a script. A command that is not read to its end is killed by SIGPIPE and ends with status 141. */
export function pipeTraps({ commands }: Pick<ShellScript, 'commands'>): PipeTraps {
  let breaks: string | undefined;
  const mustSucceed = new Set<string>();
  for (const command of commands) {
    const { pipeline, pipelineIndex } = command.place;
    if (pipeline === undefined) continue;
    const isLast = pipelineIndex === pipeline.length - 1;
    if (!isLast && command.name !== 'exec' && mergesErrors(command))
      breaks ??= `what ${command.name} says when it fails is read`;
    if (!isLast && tells.test(command.name) && endsInXargs(commands, command))
      breaks ??= `${command.name} fails where it finds nothing for xargs`;
    if (!isLast && neverSucceeds.test(command.name)) breaks ??= `${command.name} never ends with success`;
    if (!isLast && command.name !== '' && !/^(?:echo|printf)$/.test(command.name))
      mustSucceed.add(tells.test(command.name) ? `${command.name} (which fails where it finds nothing)` : command.name);
    if (pipelineIndex > 0 && endsEarly(command)) breaks ??= `${command.name} does not read to the end`;
  }
  return { breaks, mustSucceed: [...mustSucceed] };
}

/** `… | grep ^Inst | xargs -r apt-get install`: to find nothing is what is hoped for. */
function endsInXargs(commands: readonly ShellCommand[], { place }: ShellCommand): boolean {
  return commands.some(
    ({ name, wrappers, place: { pipeline } }) =>
      pipeline === place.pipeline && (name === 'xargs' || wrappers.includes('xargs')),
  );
}

/** `2>&1 |`: its messages go to the reader, who looks for what a failure says. */
function mergesErrors({ redirects }: ShellCommand): boolean {
  return redirects.some(
    ({ operator, descriptor, target }) => operator === '>&' && descriptor === 2 && target?.value === '1',
  );
}

function endsEarly({ name, arguments: words }: ShellCommand): boolean {
  const values = words.map(({ value }) => value);
  switch (name) {
    case 'head':
    case 'read':
    case 'true':
    case ':':
    case 'less':
    case 'more':
      return true;
    case 'grep':
    case 'egrep':
    case 'fgrep':
    case 'zgrep':
      return values.some((word) => /^(?:-[a-zA-Z]*[qm]|--quiet|--silent|--max-count)/.test(word));
    case 'sed':
      return values.some((word) => /(?:^|[;{}\d$/\s])q(?:$|[;}\s\d])/.test(word) && !word.startsWith('-'));
    case 'awk':
    case 'gawk':
    case 'mawk':
      return values.some((word) => /\bexit\b/.test(word));
    default:
      return false;
  }
}
