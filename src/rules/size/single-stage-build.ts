import type { BaseImage } from '../../bases/base-image.ts';
import { runTimeImage } from '../../bases/run-time-image.ts';
import type { CommandWord } from '../../core/command-line.ts';
import type { RuleContext } from '../../core/rule.ts';
import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { PlacedPackageCommand } from '../../dockerfile/package-commands.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { runsProgram } from '../../project/image-purpose.ts';
import { type Project, shippedStages } from '../../project/project.ts';
import { rebuilderOf } from '../../project/rebuilds-on-change.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, stageChain } from '../../project/stage-facts.ts';
import { convertToStages } from '../../repairs/multi-stage/convert-to-stages.ts';
import { isBuildScript } from '../../repairs/multi-stage/plan-node.ts';

/** What the program needs to run once it is compiled. */
const runtimes: Readonly<Record<string, string>> = {
  go: 'scratch, distroless/static or a bare distribution',
  cargo: 'distroless/cc or a slim distribution',
  maven: 'an image with the Java runtime alone',
  nuget: 'the dotnet runtime image',
};

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A compiled program ships together with its compiler and sources',
  why: 'The compiler, the sources and all that was downloaded to compile are pulled by every node and scanned for vulnerabilities, and none of it runs.',
  remedy: 'Compile in a stage of its own and copy the result into a small one: COPY --from=build.',
  peers: ['tally:prefer-multi-stage-build'],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      // What builds when a source changes needs its compiler: config/debug-mode tells of it.
      if (!runsProgram(project, dockerfile, stage) || rebuilderOf(dockerfile, stage) !== undefined) continue;
      const chain = new Set(stageChain(stage));
      const compile = packageCommands(dockerfile).find(
        (placed) => placed.stage !== undefined && chain.has(placed.stage) && compiles(placed),
      );
      if (compile === undefined) {
        reportBuild(project, dockerfile, stage, report);
        continue;
      }
      const conversion = convertToStages(project, dockerfile, stage);
      const { read, command } = compile;
      const image = baseImageOf(stage);
      report({
        at: command.range,
        message:
          `${read.tool} ${read.subcommand?.value ?? ''} compiles in the stage that ships${image.runtime ? `, on ${image.reference?.text}` : ''}.`.replace(
            '  ',
            ' ',
          ),
        ...(conversion !== undefined && 'fix' in conversion && { fix: conversion.fix }),
        remedy: `Compile in a stage of its own and copy the result into ${runtimes[read.ecosystem] ?? 'a small one'}${conversion !== undefined && 'refusal' in conversion ? `. It is not done by a fix, because ${conversion.refusal}` : ''}.`,
        // tally looks at files of one stage only, and does not see what Maven and Gradle compile in all of them, nor what go fetches and compiles, nor cargo install.
        peers:
          dockerfile.stages.length === 1 &&
          read.ecosystem !== 'maven' &&
          !(read.tool === 'cargo' && read.subcommand?.value === 'install') &&
          !command.arguments.some(isRelease)
            ? ['tally:prefer-multi-stage-build']
            : [],
        cause: `ships-toolchain:${stage.index}`,
      });
    }
  },
});

/** `example.com/program@v1.2` */
function isRelease({ value }: CommandWord): boolean {
  return value.includes('@');
}

/** What builds without a package manager that tells of it, and what ships for nothing then. */
const builds: Readonly<
  Record<
    string,
    {
      readonly find: (dockerfile: Dockerfile) => readonly PlacedCommand[];
      readonly why: string;
      readonly remedy: string;
    }
  >
> = {
  node: {
    find: (dockerfile) =>
      dockerfile
        .commandsNamed('npm', 'npx', 'yarn', 'pnpm', 'tsc', 'webpack', 'ng', 'gulp', 'grunt')
        .filter((placed) => isBuildScript(placed)),
    why: 'The sources and the packages that only the build needs are pulled by every node and scanned for vulnerabilities.',
    remedy: 'Build in a stage of its own and copy what it makes and the packages for production',
  },
  java: {
    find: (dockerfile) => dockerfile.commandsNamed('javac'),
    why: 'The compiler and its kin are pulled by every node and scanned for vulnerabilities, and none of it runs.',
    remedy: 'Compile in a stage of its own and copy the classes into an image with the Java runtime alone',
  },
  c: {
    find: (dockerfile) => dockerfile.commandsNamed('gcc', 'g++', 'cc', 'c++', 'make', 'cmake'),
    why: 'The compiler, headers and the sources are pulled by every node and scanned for vulnerabilities, and none of it runs.',
    remedy: 'Compile in a stage of its own and copy the program into a slim image of the same distribution',
  },
};

/** The language of an image that compiles: C for one that has compilers of C and nothing else, and a bare distribution below it. */
function languageOf({ runtime, toolchain, reference }: BaseImage): string {
  const isForC = toolchain === true && (runtime === undefined || runtime.name === 'gcc');
  if (!isForC) return runtime?.name ?? '';
  return reference !== undefined && runTimeImage(reference.text) !== undefined ? 'c' : '';
}

/** An application of Node.js ships its sources and the packages for development with what it builds from them, one of Java or C its compiler. */
function reportBuild(project: Project, dockerfile: Dockerfile, stage: Stage, report: RuleContext['report']): void {
  const { find, why, remedy } = builds[languageOf(baseImageOf(stage))] ?? {};
  const chain = new Set(stageChain(stage));
  const build = find?.(dockerfile).find((placed) => placed.stage !== undefined && chain.has(placed.stage));
  if (build === undefined) return;
  const conversion = convertToStages(project, dockerfile, stage);
  report({
    at: build.command.range,
    severity: 'note',
    message: `${dockerfile.text.slice(build.command.nameWord.range.start, build.command.range.end)} builds in the stage that ships.`,
    ...(why !== undefined && { why }),
    remedy: `${remedy}${conversion !== undefined && 'refusal' in conversion ? `. It is not done by a fix, because ${conversion.refusal}` : ''}.`,
    ...(conversion !== undefined && 'fix' in conversion && { fix: conversion.fix }),
    peers: [],
    cause: `ships-toolchain:${stage.index}`,
  });
}

/** Leaves a program that runs without the tool, and is not undone in the same RUN. */
function compiles({ read, command }: PlacedPackageCommand): boolean {
  if (!Object.hasOwn(runtimes, read.ecosystem) || command.place.inside.includes('condition')) return false;
  if (read.ecosystem === 'go' && read.action === 'install') return true;
  return read.action === 'build';
}
