import type { CommandLine, CommandWord } from '../core/command-line.ts';
import type { Assumption } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { copiedFiles, liesIn } from '../project/copied-files.ts';
import { stageChain, workingDirectory } from '../project/stage-facts.ts';
import { isFileName } from './written-below.ts';

const configuration = '/etc/apt';

/** They add sources, their keys or an architecture, or install packages that bring such. */
const changers: ReadonlySet<string> = new Set([
  'add-apt-repository',
  'apt-add-repository',
  'apt-key',
  'extrepo',
  'dpkg',
  'gdebi',
]);

const shell = /^(?:ba|da|a|z)?sh$/;

/** An update that stands behind a change of the package sources reads other sources than the one it replaces, and may fail there. */
export function sameSources(
  dockerfile: Dockerfile,
  update: { readonly range: { readonly start: number } },
  dependents: readonly { readonly stage: Stage | undefined; readonly command: Pick<CommandLine, 'range'> }[],
): Assumption {
  const statement = 'The package sources are the same where the lists are fetched now.';
  for (const { command, stage } of dependents) {
    const line = stage && changeBetween(dockerfile, stage, update.range.start, command.range.start);
    if (line === undefined) continue;
    const question = `The step at line ${line} may change the package sources: does an update work behind it, too?`;
    return { statement, state: 'unknown', question };
  }
  return { statement, state: 'holds' };
}

/** The line of the first step between two places that may change what apt reads below /etc/apt. */
function changeBetween(dockerfile: Dockerfile, stage: Stage, from: number, to: number): number | undefined {
  const chain = stageChain(stage);
  const isBetween = (at: number) => at > from && at < to;
  const run = dockerfile.commands.find(
    (placed) =>
      placed.stage !== undefined &&
      chain.includes(placed.stage) &&
      isBetween(placed.command.range.start) &&
      mayChangeSources(dockerfile, placed),
  );
  const copy = chain
    .flatMap((each) => copiedFiles(dockerfile, each))
    .find(({ instruction, destination }) => {
      if (!isBetween(instruction.range.start)) return false;
      if (destination === undefined) return /apt|sources/.test(instruction.destination?.value ?? '');
      if (liesIn(destination, configuration)) return true;
      return liesIn(configuration, destination) && !instruction.sources.every(({ value }) => isFileName(value));
    });
  const lines = [run?.instruction.line, copy?.instruction.line].flatMap((line) => line ?? []);
  return lines.length === 0 ? undefined : Math.min(...lines);
}

function mayChangeSources(dockerfile: Dockerfile, { command, instruction, stage }: PlacedCommand): boolean {
  const { name, arguments: words, place } = command;
  if (changers.has(name))
    return name !== 'dpkg' || words.some(({ value }) => /^-[a-zA-Z]*i|^--(?:install|add|unpack)/.test(value));
  // A piped installer: `curl … | bash`, `bash <(curl …)`, `sh -c "$(curl …)"`.
  if (shell.test(name) && (place.pipelineIndex > 0 || words.some(({ raw }) => /<\(|\$\(|`/.test(raw)))) return true;
  if (/^(?:eval|source|\.)$/.test(name) && words.some(({ raw }) => /<\(|\$\(|`/.test(raw))) return true;
  // A package that lies in a file, or whose name says that it brings sources.
  if (/^(?:apt|apt-get|aptitude)$/.test(name))
    return words.some(({ value }) =>
      /\.deb$|(?:-release|-apt-config|-apt-source|-repo|-keyring)(?:[=_]|$)/.test(value),
    );
  if (stage && liesIn(workingDirectory(dockerfile, stage, instruction).path ?? '/', configuration)) return true;
  return [command.nameWord, ...words, ...command.redirects.flatMap(({ target }) => target ?? [])].some((word) =>
    namesSources(dockerfile, { command, instruction, stage }, word),
  );
}

/** The word has the directory in it, or a variable that has. */
function namesSources(
  dockerfile: Dockerfile,
  { instruction }: PlacedCommand,
  { raw, variables }: CommandWord,
): boolean {
  if (raw.includes(configuration)) return true;
  if (variables.length === 0) return false;
  const scope = environmentAt(dockerfile, instruction);
  const assigned = dockerfile.script(instruction)?.assigned ?? [];
  return variables.some(
    (name) =>
      scope.get(name)?.includes(configuration) ||
      assigned.some((each) => each.name === name && each.value?.raw.includes(configuration)),
  );
}
