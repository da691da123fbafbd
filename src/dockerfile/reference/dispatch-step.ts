import { nearest } from '../../core/nearest.ts';
import { type Expansion, expandWord } from '../expand.ts';
import { parseJsonArray } from '../parse-json-array.ts';
import { splitAtBlanks, splitOnce, splitQuotedWords } from '../parse-words.ts';
import { listWords } from './argument-faults.ts';
import type { BuildState, BuildStep, Conversion } from './build-state.ts';
import { dispatchCopy } from './dispatch-copy.ts';
import { dispatchMounts } from './dispatch-mounts.ts';
import { readExposedPort } from './exposed-port.ts';
import { type Declaration, declarationsOf } from './global-arguments.ts';
import { depthOf, imagePathFault, isAbsoluteInImage } from './image-path.ts';
import { isSecretName } from './secret-name.ts';
import type { Statement } from './statement.ts';
import { isStopSignal } from './stop-signal.ts';

/** What earlier steps of the same stage set, of which only the last counts. */
export interface StageMemory {
  readonly lastOf: Map<string, Statement>;
}

/** One step on its way through the conversion. */
export interface Dispatch {
  readonly step: BuildStep;
  readonly state: BuildState;
  readonly conversion: Conversion;
  /** Expands a word with the stage's variables and reports those that are not set. */
  expand(word: string): Expansion;
}

/** A word that cannot be expanded may have been followed to the longest value there can be. */
const costOfError = 1_000_000;

/** Names that BuildKit keeps out of the environment. */
const keptOut: ReadonlySet<string> = new Set(['BUILDKIT_SBOM_SCAN_CONTEXT', 'BUILDKIT_SBOM_SCAN_STAGE']);

/** Runs one step: reports what BuildKit would, and brings the stage's variables forward. */
export function dispatchStep(step: BuildStep, state: BuildState, memory: StageMemory, conversion: Conversion): void {
  const { statement } = step;
  const { outcome } = conversion;
  const dispatch: Dispatch = {
    step,
    state,
    conversion,
    expand(word) {
      const expansion = expandWord(word, state.variables, { escape: conversion.escapeCharacter });
      reportUndefined(dispatch, expansion.unmatched);
      conversion.bounds.expanded += expansion.value.length + (expansion.error === undefined ? 0 : costOfError);
      return expansion;
    },
  };
  const fault = runStep(dispatch, memory);
  if (fault !== undefined) outcome.reject(fault, statement.instruction);
}

/** A sentence says why BuildKit refuses the step. */
function runStep(dispatch: Dispatch, memory: StageMemory): string | undefined {
  const { step, state } = dispatch;
  switch (step.statement.name) {
    case 'ADD':
    case 'COPY':
      return dispatchCopy(dispatch);
    case 'ARG':
      return dispatchArg(dispatch);
    case 'CMD':
    case 'ENTRYPOINT':
    case 'HEALTHCHECK':
      reportCommand(dispatch, memory);
      return undefined;
    case 'ENV':
    case 'LABEL':
      return dispatchPairs(dispatch);
    case 'EXPOSE':
      return dispatchExpose(dispatch);
    case 'RUN':
      return dispatchMounts(dispatch);
    case 'SHELL':
      state.shellSet = true;
      return undefined;
    case 'STOPSIGNAL':
    case 'USER':
    case 'VOLUME':
    case 'WORKDIR':
      return dispatchValues(dispatch);
    default:
      return undefined;
  }
}

/** Reports variables that nothing sets; an ARG without a value counts as set. */
export function reportUndefined({ step, state, conversion }: Dispatch, names: ReadonlySet<string>): void {
  for (const name of names) {
    if (state.declared.has(name) || keptOut.has(name)) continue;
    const isWorthIt = state.variables.size < 300 && conversion.outcome.hits.length < 100;
    const meant = isWorthIt ? nearest(name, [...state.variables.keys()]) : undefined;
    conversion.outcome.hit('UndefinedVar', step.statement.instruction, name, { meant });
  }
}

function dispatchArg(dispatch: Dispatch): string | undefined {
  for (const declaration of declarationsOf(dispatch.step.statement)) {
    const error = declare(dispatch, declaration);
    if (error !== undefined) return error;
  }
  return undefined;
}

function declare({ step, state, conversion, expand }: Dispatch, { name, value }: Declaration): string | undefined {
  reportSecretName(step.statement, name, conversion);
  let set = value === undefined ? conversion.globals.get(name) : undefined;
  if (value !== undefined) {
    const expansion = expand(value);
    if (expansion.error !== undefined) return expansion.error;
    set = expansion.value;
  }
  if (set !== undefined && !keptOut.has(name)) state.variables.set(name, set);
  state.declared.add(name);
  return undefined;
}

function reportSecretName({ instruction }: Statement, name: string, { outcome }: Conversion): void {
  if (isSecretName(name)) outcome.hit('SecretsUsedInArgOrEnv', instruction, name);
}

function reportCommand({ step, state, conversion }: Dispatch, { lastOf }: StageMemory): void {
  const { statement } = step;
  const name = statement.name ?? '';
  const former = lastOf.get(name);
  if (former !== undefined) conversion.outcome.hit('MultipleInstructionsDisallowed', former.instruction, name);
  lastOf.set(name, statement);
  if (name === 'HEALTHCHECK' || state.shellSet || parseJsonArray(statement.text) !== undefined) return;
  conversion.outcome.hit('JSONArgsRecommended', statement.instruction, name);
}

function pairsOf({ text, escapeCharacter }: Statement): {
  readonly legacy: boolean;
  readonly pairs: readonly (readonly [string, string])[];
} {
  const words = splitQuotedWords(text, escapeCharacter);
  if (words[0]?.word.includes('=') === false) {
    const { end, next } = splitOnce(text);
    return { legacy: true, pairs: [[text.slice(0, end), text.slice(next)]] };
  }
  const pairs = words.map(({ word }) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const);
  return { legacy: false, pairs };
}

function dispatchPairs({ step, state, conversion, expand }: Dispatch): string | undefined {
  const { statement } = step;
  const { legacy, pairs } = pairsOf(statement);
  const expanded: (readonly [string, string])[] = [];
  for (const [key, value] of pairs) {
    const name = expand(key);
    if (name.error !== undefined) return name.error;
    const text = expand(value);
    if (text.error !== undefined) return text.error;
    expanded.push([name.value, text.value]);
  }
  if (legacy) conversion.outcome.hit('LegacyKeyValueFormat', statement.instruction, statement.keyword);
  if (statement.name !== 'ENV') return undefined;
  for (const [name, value] of expanded) {
    reportSecretName(statement, name, conversion);
    state.variables.set(name, value);
  }
  return undefined;
}

function dispatchExpose({ step, state, conversion }: Dispatch): string | undefined {
  const { statement } = step;
  const ports: string[] = [];
  // BuildKit sorts the ports first, which decides at which of several faults it stops.
  const written = splitAtBlanks(statement.text).map(({ word }) => word);
  for (const word of written.sort()) {
    const { words, error } = expandWord(word, state.variables, { escape: conversion.escapeCharacter });
    if (error !== undefined) return error;
    ports.push(...words);
  }
  for (const text of ports) {
    const port = readExposedPort(text);
    if (port.protocolHasCapitals) conversion.outcome.hit('ExposeProtoCasing', statement.instruction, text);
    if (port.namesHost) conversion.outcome.hit('ExposeInvalidFormat', statement.instruction, text);
    if (port.fault !== undefined) return `EXPOSE cannot take '${text}': ${port.fault}.`;
  }
  return undefined;
}

function dispatchValues(dispatch: Dispatch): string | undefined {
  const { step, expand } = dispatch;
  const { statement } = step;
  const words = statement.name === 'VOLUME' ? listWords(statement).map((word) => word.trim()) : [statement.text];
  const values: string[] = [];
  for (const word of words) {
    const expansion = expand(word);
    if (expansion.error !== undefined) return expansion.error;
    values.push(expansion.value);
  }
  const [value = ''] = values;
  if (statement.name === 'VOLUME' && values.includes(''))
    return 'A path of VOLUME is empty when its variable is not set.';
  if (statement.name === 'STOPSIGNAL' && !isStopSignal(value))
    return `'${value}' is no signal; write it as SIGTERM or 15.`;
  return statement.name === 'WORKDIR' ? changeDirectory(dispatch, value) : undefined;
}

function changeDirectory({ step, state, conversion }: Dispatch, path: string): string | undefined {
  const isAbsolute = isAbsoluteInImage(path, state.system);
  if (!state.workdirSet && !isAbsolute) conversion.outcome.hit('WorkdirRelativePath', step.statement.instruction, path);
  state.workdirSet = true;
  const fault = imagePathFault(path, state.system);
  if (fault !== undefined) return `WORKDIR cannot be this: ${fault}.`;
  state.depth = depthOf(path, isAbsolute ? 0 : state.depth);
  return undefined;
}
