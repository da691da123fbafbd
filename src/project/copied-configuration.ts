import type { BuildContext } from '../context/build-context.ts';
import type { ContextListing } from '../context/walk.ts';
import type { Artifact } from '../core/artifact.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import { type ServerLog, serverLogs } from './internal/server-logs.ts';
import type { ImageBuild, Project } from './project.ts';
import { imageInstructions } from './stage-facts.ts';

/** A log file that is set by a configuration file which an image copies from its context. */
export interface CopiedLogSetting extends ServerLog, CopiedConfiguration {}

/** So many files are read for one image. */
const maximumFiles = 60;

/** Names that the configuration of servers has. */
const configurationName =
  /(?:^|\/)[^/]+\.(?:conf|cnf|ini|vhost)(?:\.(?:template|tmpl|j2|in|erb))?$|(?:^|\/)(?:supervisord?|nginx)[^/]*\.conf[^/]*$|(?:^|\/)gunicorn[^/]*\.py$|(?:^|\/)sites-(?:available|enabled)\/[^/]+$/;

/** A configuration file of a server, copied from the context. */
export interface CopiedConfiguration {
  readonly artifact: Artifact;
  /** The instruction that copies it. */
  readonly instruction: CopyInstruction;
  /**
   * Something says that the server reads it: it is copied by its name or that of its directory, to where systems keep configuration, or
   * another instruction names it. What came along with the sources may be an example for another machine.
   */
  readonly isMeant: boolean;
}

/** The log files that configuration sets which the shipped stage of a build copies from its context. */
export function copiedLogSettings(project: Project, build: ImageBuild): CopiedLogSetting[] {
  return copiedConfigurations(project, build).flatMap((copied) =>
    serverLogs(copied.artifact.text).map((log) => ({ ...log, ...copied })),
  );
}

/** The configuration files of servers which the shipped stage of a build copies from its context. */
export function copiedConfigurations(project: Project, build: ImageBuild): CopiedConfiguration[] {
  const { context, dockerfile } = build;
  const { readFile } = project;
  // Asked first: the stage is only known when the file is parsed.
  if (!context || !readFile) return [];
  const { stage } = build;
  if (!stage) return [];
  const result: CopiedConfiguration[] = [];
  const seen = new Set<string>();
  for (const instruction of imageInstructions(stage)) {
    if (instruction.name !== 'COPY' && instruction.name !== 'ADD') continue;
    for (const file of configurationsCopied(context, dockerfile.path, instruction)) {
      const path = context.directory === '' ? file : `${context.directory}/${file}`;
      if (seen.has(path) || seen.size >= maximumFiles) continue;
      seen.add(path);
      const artifact = readFile(path);
      if (artifact) result.push({ artifact, instruction, isMeant: isMeant(dockerfile.text, instruction, file) });
    }
  }
  return result;
}

function isMeant(text: string, { sources, destination, range }: CopyInstruction, file: string): boolean {
  const directory = file.slice(0, Math.max(0, file.lastIndexOf('/')));
  const name = file.slice(directory === '' ? 0 : directory.length + 1);
  if (/^\/(?:usr\/local\/)?(?:etc|opt|conf|config)(?:\/|$)/.test(destination?.value ?? '')) return true;
  const named = sources.map(({ value }) => value.replace(/^\.?\/+|\/+$/g, '').replace(/^\.$/, ''));
  if (
    named.some(
      (source) => source !== '' && (source === file || source === directory || /[*?].*\w|\w.*[*?]/.test(source)),
    )
  )
    return true;
  return (text.slice(0, range.start) + text.slice(range.end)).includes(name);
}

function configurationsCopied(context: BuildContext, path: string, { range }: CopyInstruction): string[] {
  const use = context.uses.find((each) => each.path === path && each.range.start === range.start);
  if (!use?.known) return [];
  const copied = context.copiedBy(use);
  return configurationsIn(context.listing).flatMap(({ path: file, place }) => (copied[place] === 1 ? [file] : []));
}

interface PlacedFile {
  readonly path: string;
  readonly place: number;
}

const configurations = new WeakMap<ContextListing, readonly PlacedFile[]>();

/** Kept: a context is asked for every instruction of every Dockerfile that uses it. */
function configurationsIn(listing: ContextListing): readonly PlacedFile[] {
  let found = configurations.get(listing);
  if (found === undefined) {
    found = listing.entries.flatMap(({ path, kind }, place) =>
      kind === 'file' && configurationName.test(path) ? [{ path, place }] : [],
    );
    configurations.set(listing, found);
  }
  return found;
}
