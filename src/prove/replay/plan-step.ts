import { posix } from 'node:path';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { CommandForm, CopyInstruction, RunInstruction } from '../../dockerfile/instruction.ts';
import { remoteSource } from '../../dockerfile/reference/git-source.ts';
import type { Facet, Input, Place } from './build-plan.ts';
import type { Sources } from './selection.ts';
import { expandIn, expandText, type StageState } from './stage-state.ts';

/** What a step does and from what. */
export interface StepParts {
  readonly facets: readonly Facet[];
  readonly inputs: readonly Input[];
}

/** Where files come from that a step takes: a stage, an image, or the build context. */
export type PlaceFinder = (from: string) => Place | undefined;

/**
 * RUN: its words with the shell, the variables in scope, directory, user, network, security and mounts
 * (https://github.com/moby/buildkit/blob/v0.32.2/solver/llbsolver/ops/exec.go, `CacheMap`). What only the base image says is in its key.
 */
export function planRun(
  instruction: RunInstruction,
  state: StageState,
  dockerfile: Dockerfile,
  find: PlaceFinder,
): StepParts {
  const facets: Facet[] = [
    ...commandFacets(instruction, state),
    ...[...state.variables].map(([name, { value, line }]): Facet => ({ aspect: 'variable', name, value, line })),
    ...settings(state),
  ];
  const inputs: Input[] = [{ kind: 'root', place: state.place }];
  for (const { name, value } of instruction.flags)
    if (name !== 'mount') facets.push({ aspect: aspectOf(name), name, value: value?.value ?? 'true' });
  for (const { type, options } of instruction.mounts) {
    const expanded = new Map(
      [...options].map(([key, value]) => [key, expandIn(state, { value, range: instruction.range }, dockerfile).value]),
    );
    const { facet, input } = planMount(type, expanded, state, find);
    facets.push(facet);
    if (input !== undefined) inputs.push(input);
  }
  return { facets, inputs };
}

function aspectOf(flag: string): Facet['aspect'] {
  return flag === 'network' || flag === 'security' ? flag : 'option';
}

function commandFacets({ command, heredocs }: RunInstruction, state: StageState): Facet[] {
  const facets: Facet[] = [{ aspect: 'command', value: commandText(command) }];
  if (command.form === 'shell' && state.shell) facets.push({ aspect: 'shell', ...state.shell });
  for (const { name, content } of heredocs) facets.push({ aspect: 'here-document', name, value: content });
  return facets;
}

/** Words and text are told apart; quoting a JSON array in another way changes nothing. */
export function commandText(command: CommandForm): string {
  return command.form === 'exec' ? JSON.stringify(command.words.map(({ value }) => value)) : command.command.text;
}

function settings({ directory, user, platform }: StageState): Facet[] {
  return [
    ...(directory ? [{ aspect: 'directory' as const, ...directory }] : []),
    ...(user ? [{ aspect: 'user' as const, ...user }] : []),
    ...(platform ? [{ aspect: 'platform' as const, value: platform }] : []),
  ];
}

/** What of a mount is no part of the key: where the files come from, which count by their content. */
const sourceOptions = ['type', 'source', 'src', 'from'];
const targetNames = ['target', 'dst', 'destination'];

function planMount(
  type: string,
  options: ReadonlyMap<string, string>,
  state: StageState,
  find: PlaceFinder,
): { facet: Facet; input?: Input } {
  const target = targetNames.map((name) => options.get(name)).find((each) => each !== undefined);
  const at = target === undefined ? '' : absolute(state, target);
  const source = options.get('source') ?? options.get('src') ?? '';
  const from = options.get('from');
  const counted = [...options].filter(([name]) => {
    if (targetNames.includes(name)) return false;
    // The name of a secret counts, wherever it is written; its content never does.
    if (type === 'secret' || type === 'ssh') return name !== 'type';
    return !sourceOptions.includes(name) && !(type === 'cache' && (name === 'id' || name === 'sharing'));
  });
  // A cache's own id or sharing is taken out of the key, and what stays is that it is not the default.
  if (type === 'cache' && !isDefaultCache(options, at)) counted.push(['id', 'given']);
  const value = counted
    .map(([name, each]) => `${normalOption(name)}=${each}`)
    .sort()
    .join(',');
  const facet: Facet = { aspect: 'mount', name: `${type} ${at}`, value };
  const taken: Sources = { paths: [source === '' ? '/' : source], excludes: [], parents: false, globs: false };
  if (type === 'bind' && from === undefined) return { facet, input: { kind: 'context', sources: taken } };
  if (from === undefined || (type !== 'bind' && type !== 'cache')) return { facet };
  const place = find(from);
  if (place === undefined) return { facet, input: { kind: 'unknown', reason: `from=${from}` } };
  return place.kind === 'scratch' ? { facet } : { facet, input: { kind: 'files', place, sources: taken } };
}

function normalOption(name: string): string {
  return { ro: 'readonly', rw: 'readwrite', src: 'source' }[name] ?? name;
}

/** `checkShouldClearCacheOpts` of BuildKit's exec.go. */
function isDefaultCache(options: ReadonlyMap<string, string>, target: string): boolean {
  const id = options.get('id');
  const sharing = options.get('sharing') ?? 'shared';
  return sharing === 'shared' && (id === undefined || id === '' || id === posix.normalize(target));
}

/**
 * COPY and ADD: last part of each source, destination, owner, mode, filters; the files count by their content, without their
 * modification times (https://github.com/moby/buildkit/blob/v0.32.2/solver/llbsolver/ops/file.go, `CacheMap`).
 */
export function planCopy(
  instruction: CopyInstruction,
  state: StageState,
  dockerfile: Dockerfile,
  find: PlaceFinder,
): StepParts {
  const expand = (token: CopyInstruction['sources'][number]) => expandIn(state, token, dockerfile);
  const sources = instruction.sources.map(expand);
  const excludes = instruction.excludes.map((token) => expand(token).value);
  const destination = instruction.destination ? expand(instruction.destination).value : '';
  const facets: Facet[] = [
    { aspect: 'command', value: instruction.name },
    ...sources.map(({ value }): Facet => ({ aspect: 'source', value: sourceKey(value, instruction) })),
    { aspect: 'destination', value: keepSlash(state, destination) },
    ...(/^\//.test(destination) || !state.directory ? [] : [{ aspect: 'directory' as const, ...state.directory }]),
    ...excludes.map((value): Facet => ({ aspect: 'option', name: 'exclude', value })),
    ...instruction.flags
      .filter(({ name }) => !['from', 'exclude', 'checksum'].includes(name))
      .map(({ name, value }): Facet => ({ aspect: 'option', name, value: value ? expand(value).value : 'true' })),
    ...instruction.heredocs.map(
      ({ name, content, expand: expands }): Facet => ({
        aspect: 'here-document',
        name,
        value: expands ? expandText(state, content) : content,
      }),
    ),
    ...(state.platform && instruction.link ? [{ aspect: 'platform' as const, value: state.platform }] : []),
  ];
  const inputs: Input[] = instruction.link ? [] : [{ kind: 'root', place: state.place }];
  const remote = sources.filter(({ value }) => instruction.name === 'ADD' && remoteSource(value) !== undefined);
  for (const { value } of remote)
    inputs.push({
      kind: 'remote',
      address: instruction.checksum ? `${value} ${expand(instruction.checksum).value}` : value,
    });
  const local = sources.filter((each) => !remote.includes(each));
  const unknown = local.flatMap((each) => each.unknown);
  if (unknown.length > 0) inputs.push({ kind: 'unknown', reason: `the variable ${unknown[0]}` });
  else if (local.length > 0) {
    const taken: Sources = {
      paths: local.map(({ value }) => value),
      excludes,
      parents: instruction.parents,
      globs: true,
    };
    inputs.push(filesInput(instruction, taken, find));
  }
  return { facets, inputs };
}

function filesInput({ from }: CopyInstruction, sources: Sources, find: PlaceFinder): Input {
  if (from === undefined) return { kind: 'context', sources };
  const place = find(from.value);
  if (place === undefined || place.kind === 'scratch') return { kind: 'unknown', reason: `--from=${from.value}` };
  return { kind: 'files', place, sources };
}

/** Where a file lies counts by its content alone: only its last part is in the key. With `--parents` the pattern is. */
function sourceKey(source: string, { name, parents }: CopyInstruction): string {
  if (name === 'ADD' && remoteSource(source) !== undefined) return 'remote';
  if (!parents) return posix.basename(posix.join('/', source)) || '/';
  const pivot = source.indexOf('/./');
  const base = pivot === -1 ? '/' : posix.basename(posix.join('/', source.slice(0, pivot)));
  return `${base} ${posix.join('/', pivot === -1 ? source : source.slice(pivot + 3))}`;
}

/** WORKDIR makes the directory, owned by the user in force. Undefined for the root, which is there. */
export function planWorkdir(state: StageState, directory: string): StepParts | undefined {
  if (directory === '/') return undefined;
  const facets: Facet[] = [
    { aspect: 'command', value: 'WORKDIR' },
    { aspect: 'destination', value: directory },
    ...(state.user ? [{ aspect: 'user' as const, ...state.user }] : []),
  ];
  return { facets, inputs: [{ kind: 'root', place: state.place }] };
}

/** From the directory in force. One that only the base image knows of is written as a dot. */
export function absolute({ directory }: StageState, path: string): string {
  if (path.startsWith('/')) return posix.normalize(path).replace(/(?<=.)\/$/, '');
  return posix.join(directory?.value ?? '.', path).replace(/(?<=.)\/$/, '');
}

/** A slash at the end says that the destination is a directory. */
function keepSlash(state: StageState, path: string): string {
  const plain = path === '' || path === '.' ? './' : path;
  const at = absolute(state, plain);
  return plain.endsWith('/') && at !== '/' ? `${at}/` : at;
}
