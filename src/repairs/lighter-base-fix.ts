import { packageOfFullImage } from '../bases/image-tools.ts';
import type { Assumption, Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { hasFlag } from '../ecosystems/package-command.ts';
import { nativePackagesNamed } from '../ecosystems/pip/native-packages.ts';
import { copiedFiles, liesIn } from '../project/copied-files.ts';
import { directoryOf } from '../project/moved-files.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { baseImageOf, stageChain } from '../project/stage-facts.ts';
import { programsOfContainers } from './container-programs.ts';
import { convertToStages } from './multi-stage/convert-to-stages.ts';
import { replaceReference } from './replace-base.ts';
import { usesPrisma } from './uses-prisma.ts';

/** A fix, or the clause that says why there is none. */
export type LighterFix = { readonly fix: Fix } | { readonly refusal: string };

const languages = new Set(['npm', 'pip', 'gem', 'composer', 'go', 'cargo']);

/**
 * Lets a stage stand on a lighter image of the same libc. Where the tools of a language install something, which may compile, it
 * goes on building on the full image and a new stage ships; where nothing does, or the lock file tells that nothing is compiled, the
 * image is named in its place.
 */
export function lighterBaseFix(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  lighter: { readonly reference: string; readonly lacks: string },
): LighterFix | undefined {
  const chain = stageChain(stage);
  const root = chain.at(-1);
  const token = root?.from?.image;
  if (root === undefined || token === undefined || root.base.kind !== 'image') return undefined;
  const installs = packageCommands(dockerfile).filter(
    (placed) => placed.stage !== undefined && chain.includes(placed.stage) && languages.has(placed.read.ecosystem),
  );
  const native =
    installs.length === 0
      ? 'none'
      : installs.every((each) => each.read.ecosystem === 'npm' && !mayWorkBelow(dockerfile, each))
        ? nativeModules(project, dockerfile)
        : 'unknown';
  if (native !== 'none') {
    const converted = convertToStages(project, dockerfile, stage);
    if (converted === undefined || 'fix' in converted) return converted;
    // Where no stage can be parted off, wheels may still make the compilers needless: a build tells.
    if (!installs.every(isOfRegistry) || namesNative(project, dockerfile, installs)) return converted;
    if (missingProgram(project, dockerfile, chain) !== undefined) return converted;
  }
  const missing = missingProgram(project, dockerfile, chain);
  const image = baseImageOf(root);
  if (missing !== undefined)
    return {
      refusal: `a step or the container calls ${missing}, which ${lighter.reference} lacks or which may need what it lacks`,
    };
  if (image.runtime?.name === 'node' && !installsOpenSsl(dockerfile, chain) && usesPrisma(project, dockerfile))
    return { refusal: `Prisma loads OpenSSL, which ${lighter.reference} lacks` };
  const others = dockerfile.stages.filter((other) => !chain.includes(other) && stageChain(other).includes(root));
  if (others.length > 0) return { refusal: 'other stages build on the same one' };
  const edits = replaceReference(dockerfile, [token], root.base.reference, lighter.reference);
  if (edits === undefined) return { refusal: 'the name of the image is put together from variables' };
  const assumptions: Assumption[] = [
    {
      statement: 'The program calls nothing and loads no library that only the full image has.',
      state: 'unknown',
      question: `Does the program, or an entry script, call or load anything that ${lighter.reference} lacks (${lighter.lacks})?`,
    },
  ];
  if (native !== 'none')
    assumptions.push({
      statement: 'Every package is had as a wheel: none is compiled.',
      state: 'unknown',
      question: `Does pip install all packages on ${lighter.reference}, which has no compiler, git or headers? Build it once: what has no wheel fails there.`,
    });
  else if (installs.length > 0)
    assumptions.push({
      statement: 'No package of the lock file has an install script, which might compile.',
      state: 'holds',
    });
  return { fix: { title: `Stand on ${lighter.reference}`, changes: { edits }, assumptions } };
}

/**
 * Lets a stage stand on Debian without manual pages, documentation and translations: the packages are the same, and so is what they
 * install but for these.
 */
export function withoutDocumentation(dockerfile: Dockerfile, stage: Stage, to: string): LighterFix | undefined {
  const root = stageChain(stage).at(-1);
  const token = root?.from?.image;
  if (root === undefined || token === undefined || root.base.kind !== 'image') return undefined;
  const reads = dockerfile.commands.find(
    ({ command }) =>
      command.name !== 'rm' &&
      command.arguments.some(({ value }) => /\/usr\/share\/(?:doc|man|info|locale|groff)(?:\/|$)|^man-db$/.test(value)),
  );
  if (reads !== undefined) return { refusal: `line ${reads.instruction.line} uses some of it` };
  const edits = replaceReference(dockerfile, [token], root.base.reference, to);
  if (edits === undefined) return { refusal: 'the name of the image is put together from variables' };
  const assumptions: Assumption[] = [
    {
      statement: 'Nothing reads manual pages, documentation or translations of packages.',
      state: 'unknown',
      question: `Does a script or the program read what lies in /usr/share/doc, /usr/share/man or /usr/share/locale, in a language other than English say? ${to} has none of it, and its package manager installs none.`,
    },
  ];
  return { fix: { title: `Stand on ${to}`, changes: { edits }, assumptions } };
}

/** Installs in a directory below what a COPY brings, or nobody knows where: the lock file at the top says nothing of what is installed there. */
function mayWorkBelow(dockerfile: Dockerfile, install: PlacedPackageCommand): boolean {
  const { read, stage } = install;
  if (read.global || stage === undefined) return false;
  if (['prefix', 'C', 'cwd', 'dir'].some((name) => hasFlag(read, name))) return true;
  const directory = directoryOf(dockerfile, install);
  const places = copiedFiles(dockerfile, stage).flatMap(({ destination }) => destination ?? []);
  return directory === undefined || (!places.includes(directory) && places.some((place) => liesIn(directory, place)));
}

function installsOpenSsl(dockerfile: Dockerfile, chain: readonly Stage[]): boolean {
  return packageCommands(dockerfile).some(
    ({ stage, read }) =>
      stage !== undefined &&
      chain.includes(stage) &&
      read.packages.some(({ name }) => /^(?:openssl|libssl)/.test(name)),
  );
}

/** What the lock file of npm says of install scripts, by which packages compile. */
function nativeModules(project: Project, dockerfile: Dockerfile): 'none' | 'some' | 'unknown' {
  const directories = buildsOf(project, dockerfile).flatMap(({ context }) => context?.directory ?? []);
  const lock = project.applications
    .filter(({ language, directory }) => language === 'node' && directories.includes(directory))
    .map(({ manifests }) => manifests.get('package-lock.json')?.text)
    .find((text) => text !== undefined);
  if (lock === undefined || !/"lockfileVersion"\s*:\s*[23]\b/.test(lock)) return 'unknown';
  return /"hasInstallScript"\s*:\s*true/.test(lock) ? 'some' : 'none';
}

/** pip with names and lists of names: a project of one's own may have parts in C. */
function isOfRegistry({ read }: PlacedPackageCommand): boolean {
  return (
    read.ecosystem === 'pip' &&
    read.packages.every(({ kind }) => kind === 'registry' || /^(?:requirements|constraint)-file$/.test(kind))
  );
}

/** Packages of Python that are known to be compiled, to load a library of the system, or to be fetched by what slim images lack. */
function namesNative(project: Project, dockerfile: Dockerfile, installs: readonly PlacedPackageCommand[]): boolean {
  const directories = buildsOf(project, dockerfile).flatMap(({ context }) => context?.directory ?? []);
  const manifests = project.applications
    .filter(({ language, directory }) => language === 'python' && directories.includes(directory))
    .flatMap((application) => [...application.manifests.values()].map(({ text }) => text));
  const words = installs.map(({ command }) => command.arguments.map(({ value }) => value).join(' '));
  const texts = [...manifests, ...words];
  // What comes from a repository needs git to be fetched.
  return nativePackagesNamed(texts).length > 0 || texts.some((text) => /\b(?:git|hg|svn|bzr)\+/.test(text));
}

const knownSteps =
  /^(?:pip[\d.]*|apt|apt-get|dpkg|apk|npm|yarn|pnpm|node|set|cd|true|:|export|test|\[|echo|printf|umask|cat|rm|mkdir|chown|chmod|chgrp|ln|touch|cp|mv|useradd|groupadd|adduser|addgroup|usermod|sed|grep|find|tar|ls|curl|wget|git|unzip|gpg|make|gcc|xz)$/;

/** The first program that a step or the container calls, that the full image brings, and that no step installs by name. */
function missingProgram(project: Project, dockerfile: Dockerfile, chain: readonly Stage[]): string | undefined {
  const [own] = chain;
  const last = chain.at(-1);
  if (own === undefined || last === undefined) return undefined;
  const image = baseImageOf(last);
  const installed = new Set(
    packageCommands(dockerfile)
      .filter(({ stage, read }) => stage !== undefined && chain.includes(stage) && read.action === 'install')
      .flatMap(({ read }) => read.packages.map(({ name }) => name)),
  );
  for (const stage of chain)
    for (const instruction of stage.instructions)
      for (const { name } of dockerfile.script(instruction)?.commands ?? []) {
        // A script of the application may call anything.
        if (instruction.name === 'RUN' && !knownSteps.test(name)) return name === '' ? 'something unknown' : name;
        const wanted = packageOfFullImage(name, image);
        if (wanted !== undefined && !installed.has(wanted)) return name;
      }
  return programsOfContainers(project, dockerfile, own).find(({ name }) => {
    const wanted = packageOfFullImage(name, image);
    return wanted !== undefined && !installed.has(wanted);
  })?.name;
}
