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

/**
 * The rules that a `.dive-ci` holds, read as YAML; those that it does not name are dive's own.
 * @throws UserError for a value that is none
 */
export function readDiveRules(file: string, value: unknown): DiveRules {
  return { ...diveDefaults, ...given(isJsonObject(value) && isJsonObject(value.rules) ? value.rules : {}, file) };
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
