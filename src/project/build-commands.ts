import type { Artifact } from '../core/artifact.ts';
import { parseJsonObject, textFieldsOf } from '../core/json-object.ts';
import type { ToldBuild } from './link-builds.ts';

/** Flags of `docker build` and its like that stand alone; every other one takes the next word for its value. */
const switches = /^--(?:no-cache|pull|push|load|quiet|rm|force-rm|squash|compress|debug|check|layers|squash-all)$|^-q$/;

/**
 * Builds that command lines in Makefiles, CI files and the scripts of a package.json tell of: `docker build -f packaging/Dockerfile .`.
 * Paths are taken as relative to the project's root, where such files run; a command with a variable in one of its paths tells nothing.
 */
export function buildsOfCommands(files: readonly Artifact[]): ToldBuild[] {
  return files.flatMap((file) => [...commandBuilds(file), ...actionBuilds(file)]);
}

function commandBuilds(file: Artifact): ToldBuild[] {
  const commands = commandLines(file)
    .replace(/\\\r?\n\s*/g, ' ')
    .matchAll(/\b(?:docker|podman|nerdctl)(?:\s+(?:image|buildx|builder))?\s+(?:build|bud)\s+([^\n;&|]{1,2000})/g);
  return [...commands].flatMap((match) => toldBy((match[1] ?? '').trim().split(/\s+/)) ?? []);
}

/** Steps of GitHub Actions that build a stage by its name. */
function actionBuilds(file: Artifact): ToldBuild[] {
  return actionSteps(file).flatMap(({ dockerfilePath, directory, target }) =>
    target === undefined
      ? []
      : [{ dockerfilePath, contextDirectory: directory, target, images: [], arguments: new Map(), toldBy: 'ci' }],
  );
}

/** A step of GitHub Actions that builds an image. */
export interface ActionStep {
  /** Where its text begins in the file: behind the dash. */
  readonly start: number;
  readonly text: string;
  readonly dockerfilePath: string;
  readonly directory: string;
  readonly target: string | undefined;
}

/** The steps of a workflow that build an image whose Dockerfile is known. https://github.com/docker/build-push-action#inputs */
export function actionSteps({ text }: Artifact): ActionStep[] {
  if (!text.includes('docker/build-push-action')) return [];
  const dashes = [...text.matchAll(/^[ \t]*- /gm)].map(({ index, 0: dash }) => index + dash.length);
  return dashes.flatMap((start, at): ActionStep[] => {
    const step = text.slice(start, dashes[at + 1]);
    if (!/^[ \t]*uses:[ \t]*["']?docker\/build-push-action@/m.test(step)) return [];
    const input = (name: string) => {
      const value = new RegExp(`^[ \\t]+${name}:[ \\t]*([^\\s#]+)`, 'm').exec(step)?.[1];
      return value === undefined ? undefined : unquoted(value);
    };
    const [target, context = '.', file] = ['target', 'context', 'file'].map(input);
    if (!isPath(context) || (file !== undefined && !isPath(file))) return [];
    const directory = normalized(context);
    const dockerfilePath = file === undefined ? normalized(`${directory}/Dockerfile`) : normalized(file);
    return [{ start, text: step, dockerfilePath, directory, target }];
  });
}

function commandLines({ path, text }: Artifact): string {
  if (path !== 'package.json') return text;
  return [...textFieldsOf(parseJsonObject(text)?.scripts).values()].join('\n');
}

function toldBy(words: readonly string[]): ToldBuild | undefined {
  let file: string | undefined;
  let target: string | undefined;
  const images: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = unquoted(words[at] ?? '');
    if (!word.startsWith('-') || word === '-') {
      rest.push(word);
      continue;
    }
    const [name, joined] = word.includes('=')
      ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]
      : [word, undefined];
    const value = joined ?? (switches.test(word) ? '' : unquoted(words[++at] ?? ''));
    if (name === '-f' || name === '--file') file = value;
    if (name === '--target') target = value;
    if ((name === '-t' || name === '--tag') && !value.includes('$')) images.push(value);
  }
  const context = rest.at(-1);
  if (context === undefined || rest.length !== 1 || !isPath(context) || (file !== undefined && !isPath(file)))
    return undefined;
  const directory = normalized(context);
  const dockerfilePath = file === undefined ? normalized(`${directory}/Dockerfile`) : normalized(file);
  return { dockerfilePath, contextDirectory: directory, target, images, arguments: new Map(), toldBy: 'ci' };
}

function unquoted(word: string): string {
  return word.replace(/^(["'])(.*)\1$/, '$2');
}

/** A path below the root, without variables; no address and no standard input. */
function isPath(word: string): boolean {
  return word !== '-' && !/[$`{}<>*?]|:\/\/|^\/|^~|(?:^|\/)\.\.(?:\/|$)/.test(word);
}

function normalized(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

/** Files at the root that are known to hold build commands, beside those of CI systems. */
export const buildCommandFiles = [
  'Makefile',
  'makefile',
  'GNUmakefile',
  'justfile',
  'Justfile',
  'Taskfile.yml',
  'Taskfile.yaml',
  'build.sh',
  'package.json',
] as const;
