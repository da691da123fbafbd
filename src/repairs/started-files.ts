import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { parseScriptFile } from '../dockerfile/parse-script.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { ComposeService } from '../kubernetes/compose.ts';
import { entriesAt, type YamlNode } from '../kubernetes/yaml-node.ts';
import { copiedScript } from '../project/copied-script.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { sameServices } from '../project/same-service.ts';
import { startedCommands, startedWords } from '../project/started-commands.ts';

/** A text file of the build context that the container starts, itself or through another one. */
export interface StartedFile {
  /** Relative to the project's root. */
  readonly path: string;
  readonly text: string;
}

/** No container starts as many. */
const maximumFiles = 12;

/** What ENTRYPOINT and CMD start out of the build context, and the scripts that those start in turn, as far as they can be read. */
export function startedFiles(project: Project, dockerfile: Dockerfile, stage: Stage): readonly StartedFile[] {
  const words = [
    ...startedWords(stage),
    ...startedCommands(dockerfile, stage).flatMap(({ nameWord, arguments: others }) => [
      nameWord.value,
      ...others.map(({ value }) => value),
    ]),
  ];
  const files = new Map<string, StartedFile>();
  const seen = new Set<string>();
  for (let word = words.shift(); word !== undefined && files.size < maximumFiles; word = words.shift()) {
    if (seen.has(word) || /[\s"'*]/.test(word)) continue;
    seen.add(word);
    const script = copiedScript(project, dockerfile, stage, word);
    if (script === undefined || files.has(script.path) || script.start.includes('\0')) continue;
    const text = script.complete ? script.start : (project.readFile?.(script.path)?.text ?? script.start);
    files.set(script.path, { path: script.path, text });
    for (const { nameWord, arguments: others } of isOtherLanguage(script.path) ? [] : parseScriptFile(text).commands)
      for (const { value } of [nameWord, ...others]) if (/\/|\.sh$/.test(value)) words.push(value);
  }
  return [...files.values()];
}

/** A file that no shell reads, by its name. */
export function isOtherLanguage(path: string): boolean {
  return /\.(?!(?:sh|bash|ash|envsh)$)[\w-]+$/.test(path.slice(path.lastIndexOf('/') + 1));
}

/** All that Compose and Kubernetes say of the containers which run a stage, as one text with a value a line. */
export function saidOfContainers(project: Project, dockerfile: Dockerfile, stage: Stage): string {
  const lines: string[] = [];
  for (const build of buildsOf(project, dockerfile)) {
    if (build.stage !== stage) continue;
    for (const use of build.runBy) {
      if (use.kind === 'container') collect(use.container.node, lines);
      for (const { service } of sameServices(project, use)) collectService(service, lines);
    }
  }
  return lines.join('\n');
}

/** Entries of a service that name places of the machine it runs on. */
const ofHost: ReadonlySet<string> = new Set(['volumes', 'env_file']);

/** Of volumes only where they are mounted: their source is a path of the machine. */
function collectService({ node, volumes }: ComposeService, lines: string[]): void {
  for (const { key, value } of entriesAt(node)) if (!ofHost.has(key.text)) collect(value, lines);
  lines.push(...volumes.flatMap(({ target }) => target ?? []));
}

function collect(node: YamlNode, lines: string[]): void {
  if (node.kind === 'scalar') lines.push(node.text);
  else if (node.kind === 'sequence') for (const item of node.items) collect(item, lines);
  else for (const { value } of node.entries) collect(value, lines);
}
