import { runTimeImage } from '../../bases/run-time-image.ts';
import { absolutePath, liesIn } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { copyCommands, workPlaces } from './outputs.ts';
import type { Planned, SplitSubject } from './split-plan.ts';
import { programNeeds } from './split-stage.ts';

/** A program of .NET: what dotnet publish writes on the image with the run time of ASP.NET. */
export function planDotnet(subject: SplitSubject): Planned {
  const { dockerfile, stage, runs, program } = subject;
  const image = baseImageOf(stage);
  if (image.runtime?.name !== 'dotnet-sdk' || image.reference === undefined) return undefined;
  const commands = runs.flatMap((step) => step.commands).filter(({ command }) => command.name === 'dotnet');
  const publish = commands.findLast(({ command }) => command.arguments[0]?.value === 'publish');
  if (publish === undefined) return { refusal: 'nothing is published: dotnet run needs the SDK' };
  const base = runTimeImage(image.reference.text);
  if (base === undefined) return { refusal: 'the release of .NET is not known' };
  const words = publish.command.arguments;
  const at = words.findIndex(({ value }) => value === '-o' || value === '--output');
  const named = words[at + 1];
  const output =
    at === -1 || named === undefined || !named.literal
      ? undefined
      : absolutePath(directoryOf(dockerfile, publish), named.value);
  const started = program?.[0] === 'dotnet' ? program[1] : program?.[0];
  const path = started === undefined ? undefined : absolutePath(subject.directory, started);
  const root = output ?? path?.replace(/\/[^/]*$/, '');
  if (
    path === undefined ||
    root === undefined ||
    !liesIn(path, root) ||
    (output === undefined && !root.endsWith('/publish'))
  )
    return { refusal: 'the container does not start what dotnet publish writes' };
  const copies = copyCommands(subject);
  return {
    title: `Publish in a stage of its own and ship on ${base.reference}`,
    base: base.reference,
    copied: [root],
    left: [...workPlaces(dockerfile, commands), '/root'],
    fetchedByBuild: true,
    assumptions: [programNeeds(base.lacks, stage, root)],
    knows: (placed) => placed.command.name === 'dotnet' || copies.includes(placed),
  };
}
