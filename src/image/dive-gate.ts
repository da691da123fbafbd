import { parseByteSize } from '../core/byte-size.ts';
import { UserError } from '../core/errors.ts';
import { isJsonObject, type JsonObject } from '../core/json-object.ts';
import type { ImageAnalysis } from './image-analysis.ts';

/** The rules of dive's CI mode (https://github.com/wagoodman/dive#ci-integration); undefined where one is disabled. */
export interface DiveRules {
  /** 0 to 1. */
  readonly lowestEfficiency: number | undefined;
  readonly highestWastedBytes: number | undefined;
  /** 0 to 1, of the bytes above the first layer. */
  readonly highestUserWastedPercent: number | undefined;
}

/** What dive takes where nothing is said. */
export const diveDefaults: DiveRules = {
  lowestEfficiency: 0.9,
  highestWastedBytes: undefined,
  highestUserWastedPercent: 0.1,
};

export interface DiveVerdict {
  readonly rule: keyof DiveRules;
  readonly state: 'pass' | 'fail' | 'skip';
  /** One sentence with both figures. */
  readonly message: string;
}

/** What a `.dive-ci` asks for. */
export interface DiveFile {
  readonly rules: DiveRules;
  /** Names in it that are no rule of dive's, nor of ours: nobody obeys them. */
  readonly unknown: readonly string[];
}

const ruleNames = ['lowestEfficiency', 'highestWastedBytes', 'highestUserWastedPercent'] as const;

/**
 * The rules that a `.dive-ci` holds, read as YAML; those that it does not name are dive's own. Names count in any case, and `rules.NAME` as NAME below
 * `rules`, as dive's reader takes them.
 * @throws UserError for a value that is none, and for a file in which dive finds no map of rules
 */
export function readDiveRules(file: string, value: unknown): DiveFile {
  const written = writtenRules(file, value);
  const known = ruleNames.flatMap((name) => {
    const value = written.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
    return value === undefined ? [] : [[name, value]];
  });
  const names = new Set(ruleNames.map((name) => name.toLowerCase()));
  return {
    rules: { ...diveDefaults, ...given(Object.fromEntries(known), file) },
    unknown: written.map(([key]) => key).filter((key) => !names.has(key.toLowerCase())),
  };
}

function writtenRules(file: string, value: unknown): [string, unknown][] {
  const found: [string, unknown][] = [];
  for (const [key, below] of Object.entries(mapOf(file, value))) {
    const name = key.toLowerCase();
    if (name === 'rules') found.push(...Object.entries(mapOf(file, below)));
    else if (name.startsWith('rules.')) found.push([key.slice('rules.'.length), below]);
    // A rule that stands outside of `rules` does nothing.
    else if (ruleNames.some((rule) => rule.toLowerCase() === name)) found.push([`${key} (not below rules)`, below]);
  }
  return found;
}

function mapOf(file: string, value: unknown): JsonObject {
  if (value === undefined || value === null) return {};
  if (isJsonObject(value)) return value;
  throw new UserError('this is no file of dive’s: its rules stand as «NAME: VALUE» below «rules:»', { where: file });
}

/**
 * The rules that flags of dive's names give, and no others.
 * @throws UserError for a value that is none
 */
export function readGivenDiveRules(flags: JsonObject): Partial<DiveRules> {
  return given(flags, undefined);
}

function given(rules: JsonObject, file: string | undefined): Partial<DiveRules> {
  const read = (name: keyof DiveRules, parse: (text: string) => number | undefined) => {
    if (rules[name] === undefined || rules[name] === null) return {};
    const text = String(rules[name]).trim();
    if (text === 'disabled') return { [name]: undefined };
    const parsed = parse(text);
    if (parsed === undefined)
      throw new UserError(`«${text.slice(0, 40)}» is no value for ${name}`, {
        ...(file !== undefined && { where: file }),
        remedy: 'A share is a number from 0 to 1, a size is written 20MB or 20MiB; «disabled» switches the rule off.',
      });
    return { [name]: parsed };
  };
  return {
    ...read('lowestEfficiency', shareOf),
    ...read('highestWastedBytes', parseByteSize),
    ...read('highestUserWastedPercent', shareOf),
  };
}

function shareOf(text: string): number | undefined {
  const value = /^\d{0,3}(?:\.\d{1,12})?$/.test(text) && text !== '' ? Number(text) : Number.NaN;
  return value >= 0 && value <= 1 ? value : undefined;
}

/** How an image does by the rules. */
export function judgeAsDive(analysis: ImageAnalysis, rules: DiveRules): readonly DiveVerdict[] {
  const { efficiency, wastedBytes, layers } = analysis;
  const userBytes = layers.slice(1).reduce((sum, layer) => sum + layer.contentBytes, 0);
  const wastedShare = userBytes === 0 ? 0 : wastedBytes / userBytes;
  const verdict = (rule: keyof DiveRules, fails: (limit: number) => boolean, figure: string): DiveVerdict => {
    const limit = rules[rule];
    if (limit === undefined) return { rule, state: 'skip', message: `${figure}; the rule is disabled` };
    return { rule, state: fails(limit) ? 'fail' : 'pass', message: `${figure}, the limit is ${limit}` };
  };
  return [
    verdict('lowestEfficiency', (limit) => efficiency < limit, `efficiency ${efficiency.toFixed(4)}`),
    verdict('highestWastedBytes', (limit) => wastedBytes > limit, `${wastedBytes} bytes wasted`),
    verdict(
      'highestUserWastedPercent',
      (limit) => wastedShare > limit,
      `${wastedShare.toFixed(4)} of the ${userBytes} bytes above the first layer wasted`,
    ),
  ];
}
