import type { BaseImage } from '../../bases/base-image.ts';
import { packageOfFullImage } from '../../bases/image-tools.ts';
import { absolutePath, liesIn } from '../../project/copied-files.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { type ContainerProgram, programsOfContainers } from '../container-programs.ts';
import type { SplitSubject } from './split-plan.ts';

/** What a new stage has. */
export interface NewStage {
  readonly image: BaseImage;
  /** Packages of the distribution that it gets. */
  readonly packages: readonly string[];
  /** Absolute paths that are copied into it. */
  readonly brought: readonly string[];
  /** The words that it starts with where those are the ones of the file. */
  readonly program: readonly string[];
  /** Whether the application comes with all that the build installed, so that its scripts run as before. */
  readonly whole: boolean;
}

/** Tools that only images for building have. */
const buildTools =
  /^(?:go|gofmt|dlv|cargo|rustc|rustup|mvn|mvnw|gradle|gradlew|ant|sbt|lein|javac|jar|msbuild|make|cmake|ctest|ninja|meson|bazel)$/;
/** Tools that run what the build installed, for images of Node.js alone. */
const nodeTools = /^(?:npm|npx|yarn|yarnpkg|pnpm|pnpx|corepack|bun|bunx)$/;
/** The images that have a program, by their runtime. */
const runtimes: readonly (readonly [program: RegExp, runtime: RegExp])[] = [
  [nodeTools, /^node$/],
  [/^(?:node|nodejs)$/, /^node$/],
  [/^(?:python[\d.]*|pip[\d.]*|pytest|poetry|pipenv|uv|tox)$/, /^python$/],
  [/^(?:ruby|gem|bundle|bundler|rake|rails|irb)$/, /^ruby$/],
  [/^(?:php|composer)$/, /^php$/],
  [/^java$/, /^java/],
  [/^dotnet$/, /^dotnet/],
];
/** Programs of Debian and Alpine that images without packages of their own have, and built-in ones of the shell. */
const ofEverySystem =
  /^(?:(?:ba|da|a)?sh|:|\.|\[|test|true|false|exit|set|cd|export|trap|wait|exec|eval|source|echo|printf|pwd|read|kill|shift|umask|unset|command|cat|ls|cp|mv|rm|ln|mkdir|rmdir|touch|chmod|chown|sleep|env|timeout|nice|nohup|setsid|stdbuf|xargs|date|uname|id|whoami|hostname|head|tail|sort|uniq|cut|tr|wc|tee|seq|dirname|basename|readlink|realpath|mktemp|grep|egrep|fgrep|sed|awk|find|tar|gzip|gunzip|expr|time)$/;
const ofSystem = /^\/(?:(?:usr\/)?s?bin|(?:usr\/)?lib(?:64)?|proc|dev)\//;

/** The first program that Compose or Kubernetes has run in the container, and that a new stage does not have. A clause. */
export function lackingInContainers(subject: SplitSubject, target: NewStage): string | undefined {
  const { project, dockerfile, stage } = subject;
  const found = programsOfContainers(project, dockerfile, stage).find((each) => isLacking(each, subject, target));
  return (
    found &&
    `${found.path} has ${found.name === '' ? 'what is not known' : found.name} run in the container, and the new image has none`
  );
}

function isLacking(started: ContainerProgram, subject: SplitSubject, target: NewStage): boolean {
  const { name, words, mayBeWord } = started;
  const { image, packages, brought, program } = target;
  if (words.length === program.length && words.every((word, at) => word === program[at])) return false;
  if (lacks(image, name, packages) || isTool(started, target)) return true;
  if (mayBeWord) return false;
  if (pathsOf(started).some((path) => !isBrought(path, subject, brought))) return true;
  if (name !== '' && name === nameOf(program[0] ?? '')) return false;
  if (image.shell === 'none') return true;
  // On another kind of image there is nothing of the old one but what is copied.
  const isOther = image.runtime === undefined || image.runtime.name !== baseImageOf(subject.stage).runtime?.name;
  return (
    isOther &&
    name !== image.runtime?.name &&
    !packages.includes(name) &&
    !brought.some((path) => nameOf(path) === name) &&
    !(words[0] ?? '').includes('/') &&
    !ofEverySystem.test(name) &&
    !runtimes.some(([program]) => program.test(name)) &&
    packageOfFullImage(name, image) === undefined
  );
}

/** True for what builds or tests a project, and what the image of another language has. */
function isTool({ name, words }: ContainerProgram, { image, packages, program, whole }: NewStage): boolean {
  if (buildTools.test(name) || (nodeTools.test(name) && !whole)) return true;
  if (name === 'dotnet' && !/\.dll$|^exec$|^-/.test(words[1] ?? '')) return true;
  if (name === nameOf(program[0] ?? '') || packages.includes(name)) return false;
  const runtime = runtimes.find(([program]) => program.test(name))?.[1];
  return runtime !== undefined && !runtime.test(image.runtime?.name ?? '');
}

/** The paths by which a program is named, and by which a shell is given a script. */
function pathsOf({ name, words: [first = '', ...others] }: ContainerProgram): readonly string[] {
  const isShell = /^(?:ba|da|a|z|k)?sh$/.test(name) && !others.some((word) => /^-\w*c$/.test(word));
  const script = isShell ? others.find((word) => !word.startsWith('-')) : undefined;
  return [...(first.includes('/') ? [first] : []), ...(script === undefined ? [] : [script])];
}

function isBrought(word: string, { directory }: SplitSubject, brought: readonly string[]): boolean {
  const path = word.includes('$') ? undefined : absolutePath(directory, word);
  return path !== undefined && (ofSystem.test(path) || brought.some((root) => liesIn(path, root)));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** True for a program that full images of a language have, and this one neither has nor gets. */
export function lacks(image: BaseImage, program: string, packages: readonly string[]): boolean {
  const lacking = packageOfFullImage(program, image);
  if (lacking === undefined || packages.includes(lacking)) return false;
  return !(image.distribution === 'alpine' && /^(?:wget|ps|pgrep|pkill|top|free|unzip|bzip2|xz|patch)$/.test(program));
}
