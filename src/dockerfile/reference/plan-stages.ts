import { nearest } from '../../core/nearest.ts';
import { type Expansion, expandWord } from '../expand.ts';
import { splitAtBlanks } from '../parse-words.ts';
import { type BuildState, type Conversion, newState } from './build-state.ts';
import { imageReferenceFault } from './image-reference.ts';
import { parsePlatform } from './platform.ts';
import { flagText, type Statement } from './statement.ts';

/** A FROM with what stands behind it. */
export interface StagePlan {
  readonly from: Statement;
  readonly statements: readonly Statement[];
}

/** Base and name of a FROM as written; the name in lower case. */
export function fromWords(from: Statement): { readonly base: string; readonly name: string } {
  const [base, , name] = splitAtBlanks(from.text).map(({ word }) => word);
  return { base: base ?? '', name: name?.toLowerCase() ?? '' };
}

/** Gives every stage its base and platform, in order: a base is a stage only when that one came before. */
export function planStage({ from }: StagePlan, conversion: Conversion): BuildState {
  const { outcome, globals, escapeCharacter, byName, states } = conversion;
  const { base, name } = fromWords(from);
  const expansion = expandWord(base, globals, { escape: escapeCharacter });
  reportUndeclared(from, expansion, conversion);
  if (expansion.error !== undefined) outcome.reject(expansion.error, from.instruction);
  else if (expansion.value === '' && base !== '')
    outcome.reject(`The base image '${base}' is empty when nothing gives it a value.`, from.instruction, {
      unlessGiven: settableNames(expansion, conversion),
    });
  const state = newState({
    name,
    baseName: expansion.value,
    place: from.instruction,
    base: byName.get(expansion.value),
    isStage: true,
    decidedBy: settableNames(expansion, conversion),
  });
  const platform = flagText(from, 'platform');
  if (platform !== '') state.system = platformSystem(platform, from, name, conversion) ?? 'linux';
  states.push(state);
  if (name !== '') byName.set(name, state);
  return state;
}

function settableNames({ used, unmatched }: Expansion, { globalNames }: Conversion): readonly string[] {
  return [...unmatched, ...used].filter((name) => globalNames.has(name));
}

function reportUndeclared(
  from: Statement,
  { unmatched }: Expansion,
  { globals, globalNames, outcome }: Conversion,
): void {
  for (const name of unmatched)
    if (!globalNames.has(name) && !globals.has(name)) {
      const known = [...new Set([...globalNames, ...globals.keys()])];
      outcome.hit('UndefinedArgInFrom', from.instruction, name, { meant: nearest(name, known) });
    }
}

function platformSystem(
  written: string,
  from: Statement,
  stageName: string,
  conversion: Conversion,
): string | undefined {
  const { outcome, globals, escapeCharacter } = conversion;
  const { instruction } = from;
  const expansion = expandWord(written, globals, { escape: escapeCharacter });
  const { value, used, unmatched, error } = expansion;
  reportUndeclared(from, expansion, conversion);
  if (used.size === 1 && unmatched.size === 0 && used.has('TARGETPLATFORM') && value === globals.get('TARGETPLATFORM'))
    outcome.hit('RedundantTargetPlatform', instruction, written);
  const platform = error === undefined ? parsePlatform(value) : undefined;
  if (platform !== undefined && used.size === 0 && unmatched.size === 0) {
    const isInName = stageName.includes(platform.os) || stageName.includes(platform.architecture);
    if (!isInName) outcome.hit('FromPlatformFlagConstDisallowed', instruction, value);
  }
  if (platform !== undefined) return platform.os;
  const unlessGiven = settableNames(expansion, conversion);
  if (error !== undefined) outcome.reject(error, instruction);
  else if (value === '')
    outcome.reject(`The platform '${written}' is empty when nothing gives it a value.`, instruction, { unlessGiven });
  else outcome.reject(`'${value}' is no platform; write it as linux/amd64.`, instruction, { unlessGiven });
  return undefined;
}

/** Reports the bases that no image can have as its name. */
export function checkBaseNames({ states, outcome }: Conversion): void {
  const valid = new Set<string>();
  for (const { base, baseName, place, isStage, decidedBy } of new Set(states)) {
    if (base !== undefined || baseName === 'scratch' || (isStage && baseName === '') || valid.has(baseName)) continue;
    const fault = imageReferenceFault(baseName);
    if (fault === undefined) valid.add(baseName);
    else outcome.reject(`'${baseName}' cannot be the name of an image: ${fault}.`, place, { unlessGiven: decidedBy });
  }
}
