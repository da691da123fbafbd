import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { expandToken, expandWord, type Variables } from '../../dockerfile/expand.ts';
import type { ArgInstruction, EnvInstruction, Instruction } from '../../dockerfile/instruction.ts';
import { platformValues } from '../../dockerfile/reference/global-arguments.ts';
import type { Token } from '../../dockerfile/syntax.ts';
import type { Place } from './build-plan.ts';

/** A value with the line that gave it. */
export interface Told {
  readonly value: string;
  readonly line: number;
}

/** What holds at a place of a stage. The image's own configuration is not known: it is the same as long as FROM is. */
export interface StageState {
  place: Place;
  /** In BuildKit's order: a variable that is set again goes to the end. */
  readonly variables: Map<string, Told>;
  /** Those that the image will have, in the order in which they were first set. */
  readonly configured: Map<string, Told>;
  directory: Told | undefined;
  user: Told | undefined;
  shell: Told | undefined;
  /** ONBUILD triggers for stages that build on this one. */
  readonly triggers: Instruction[];
  readonly platform: string;
}

export function newState(place: Place, platform: string): StageState {
  return {
    place,
    variables: new Map(),
    configured: new Map(),
    directory: undefined,
    user: undefined,
    shell: undefined,
    triggers: [],
    platform,
  };
}

/** As BuildKit begins a stage on another one: all is inherited, and what the image has configured is set once more. */
export function inheritState(base: StageState): StageState {
  const variables = new Map(base.variables);
  for (const [name, told] of base.configured) set(variables, name, told);
  return { ...base, variables, configured: new Map(base.configured), triggers: [] };
}

/** ARGs before the first FROM and the platform's, with the values that the build has for them. */
export function globalValues(
  dockerfile: Dockerfile,
  buildArguments: ReadonlyMap<string, string>,
  target: string,
): ReadonlyMap<string, Told> {
  const values = new Map<string, Told>();
  // Which platform it is has no effect on what is equal.
  for (const [name, value] of platformValues(target === '' ? 'default' : target)) set(values, name, { value, line: 0 });
  for (const [name] of values) {
    const given = buildArguments.get(name);
    if (given !== undefined) set(values, name, { value: given, line: 0 });
  }
  for (const { pairs, line } of dockerfile.globalArgs)
    for (const { key, value } of pairs) {
      const given = buildArguments.get(key.value);
      const own = value && expandToken(value, asVariables(values), { escape: dockerfile.syntax.escape }).value;
      const known = given ?? own;
      if (known !== undefined) set(values, key.value, { value: known, line });
    }
  return values;
}

export interface Expanded {
  readonly value: string;
  /** Names that nothing here gives a value: the base image may. */
  readonly unknown: readonly string[];
}

/** Expands a word as the build would. What only the base image may set stays as it is written. */
export function expandIn(state: StageState, token: Token, dockerfile: Dockerfile): Expanded {
  const { value, unmatched } = expandToken(token, asVariables(state.variables), {
    escape: dockerfile.syntax.escape,
    unset: 'default',
  });
  return { value, unknown: [...unmatched].filter((name) => value.includes(name)) };
}

/** {@link expandIn} for text in which quotes mean nothing: a here-document's. */
export function expandText(state: StageState, text: string): string {
  return expandWord(text, asVariables(state.variables), { escape: '\\', unset: 'default', quotes: false }).value;
}

export function asVariables(values: ReadonlyMap<string, Told>): Variables {
  return { has: (name) => values.has(name), get: (name) => values.get(name)?.value };
}

/** `ARG`: what the build is given goes before the default, and that before the value of a global one. */
export function declare(
  state: StageState,
  instruction: ArgInstruction,
  globals: ReadonlyMap<string, Told>,
  { dockerfile, buildArguments }: { dockerfile: Dockerfile; buildArguments: ReadonlyMap<string, string> },
): void {
  for (const { key, value } of instruction.pairs) {
    const given = buildArguments.get(key.value);
    const told =
      given !== undefined
        ? { value: given, line: instruction.line }
        : value
          ? { value: expandIn(state, value, dockerfile).value, line: instruction.line }
          : globals.get(key.value);
    if (told !== undefined && !notInEnvironment.has(key.value)) set(state.variables, key.value, told);
  }
}

/** https://github.com/moby/buildkit/blob/v0.32.2/frontend/dockerfile/dockerfile2llb/convert.go#L52 */
const notInEnvironment: ReadonlySet<string> = new Set(['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE']);

/** `ENV`: all pairs are expanded with what held before. */
export function setEnvironment(state: StageState, instruction: EnvInstruction, dockerfile: Dockerfile): void {
  const pairs = instruction.pairs.map(({ key, value }) => {
    const name = expandIn(state, key, dockerfile).value;
    return [name, { value: value ? expandIn(state, value, dockerfile).value : '', line: instruction.line }] as const;
  });
  for (const [name, told] of pairs) {
    set(state.variables, name, told);
    state.configured.set(name, told);
  }
}

function set(values: Map<string, Told>, name: string, told: Told): void {
  values.delete(name);
  values.set(name, told);
}
