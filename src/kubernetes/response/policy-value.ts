import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { UserError } from '../../core/errors.ts';
import { nearest } from '../../core/nearest.ts';
import { printable } from '../../core/printable.ts';
import { lineIndex } from '../../core/text.ts';

/** One value of a policy file, which is asked for in the form that is needed. Every complaint names line and column. */
export interface PolicyValue {
  readonly text: string;
  complain(message: string, remedy?: string): UserError;
  asText(pattern?: RegExp, what?: string): string;
  asInteger(minimum: number, maximum: number): number;
  asBoolean(): boolean;
  asChoice<Choice extends string>(choices: readonly Choice[]): Choice;
  /** Seconds: `90s`, `15m`, `1h`, `2d`, `1h30m`. */
  asDuration(minimum: number, maximum: number): number;
  asList(): readonly PolicyValue[];
  /** The fields of a map that may have these; the value under a name that is not there is undefined. */
  asFields<Name extends string>(names: readonly Name[], what: string): Readonly<Partial<Record<Name, PolicyValue>>>;
  /** Names and values of a map whose names are the user's. */
  asEntries(what: string): readonly { readonly name: string; readonly value: PolicyValue }[];
}

export const longestPolicy = 256 * 1024;
const seconds = { s: 1, m: 60, h: 3600, d: 86400 };

/**
 * The root of a policy file.
 * @throws UserError with path, line and column where it is no YAML, holds a key twice, or an alias that does not end.
 */
export function readPolicyText(path: string, text: string): PolicyValue {
  if (text.length > longestPolicy)
    throw new UserError(`a policy has at most ${longestPolicy / 1024} KiB`, { where: path });
  const document = parseDocument(text, { uniqueKeys: true, prettyErrors: false });
  const lines = lineIndex(text);
  const placeOf = (offset: number) => {
    const { line, column } = lines.positionAt(offset);
    return `${path}:${line}:${column}`;
  };
  const [error] = [...document.errors, ...document.warnings];
  if (error)
    throw new UserError(`this is no valid YAML: ${printable(error.message.split('\n')[0] ?? '')}`, {
      where: placeOf(error.pos[0]),
    });
  if (document.contents === null)
    throw new UserError('the policy is empty', {
      where: `${path}:1:1`,
      remedy: 'docs/respond.md has one to begin with.',
    });
  return policyValueOf(document.contents, document, placeOf);
}

function policyValueOf(written: Node, document: Document, placeOf: (offset: number) => string): PolicyValue {
  const node = isAlias(written) ? (written.resolve(document) ?? written) : written;
  const complain = (message: string, remedy?: string) =>
    new UserError(message, { where: placeOf(written.range?.[0] ?? 0), ...(remedy !== undefined && { remedy }) });
  const scalar = isScalar(node) ? node.value : undefined;
  const text = isScalar(node)
    ? printable(String(node.source ?? node.value)).slice(0, 80)
    : isMap(node)
      ? 'a map'
      : 'a list';
  const child = (value: unknown) =>
    isScalar(value) || isMap(value) || isSeq(value) || isAlias(value)
      ? policyValueOf(value, document, placeOf)
      : undefined;
  const pairs = (what: string) => {
    if (!isMap(node)) throw complain(`${what} is a map of names to values; not «${text}»`);
    return node.items.map((pair) => ({
      name: isScalar(pair.key) ? String(pair.key.value) : '',
      value: child(pair.value),
      keyPlace: isScalar(pair.key) ? placeOf(pair.key.range?.[0] ?? 0) : placeOf(written.range?.[0] ?? 0),
    }));
  };
  return {
    text,
    complain,
    asText(pattern, what = 'a text') {
      const value = typeof scalar === 'string' ? scalar : undefined;
      if (value === undefined || value === '') throw complain(`${what} is needed here; not «${text}»`);
      if (pattern && !pattern.test(value)) throw complain(`${what} is needed here; not «${text}»`);
      return value;
    },
    asInteger(minimum, maximum) {
      if (typeof scalar !== 'number' || !Number.isInteger(scalar) || scalar < minimum || scalar > maximum)
        throw complain(`a whole number from ${minimum} to ${maximum} is needed here; not «${text}»`);
      return scalar;
    },
    asBoolean() {
      if (typeof scalar !== 'boolean') throw complain(`true or false is needed here; not «${text}»`);
      return scalar;
    },
    asChoice(choices) {
      const found = choices.find((each) => each === scalar);
      if (found !== undefined) return found;
      const suggestion = nearest(text, choices);
      throw complain(
        `one of ${choices.join(', ')} is needed here; not «${text}»${suggestion ? `; is «${suggestion}» meant?` : ''}`,
      );
    },
    asDuration(minimum, maximum) {
      const parsed = durationOf(isScalar(node) ? String(node.source ?? node.value) : '');
      if (parsed === undefined) throw complain(`a duration such as 90s, 15m, 1h or 2d is needed here; not «${text}»`);
      if (parsed < minimum || parsed > maximum)
        throw complain(
          `a duration from ${durationText(minimum)} to ${durationText(maximum)} is needed here; not «${text}»`,
        );
      return parsed;
    },
    asList() {
      if (!isSeq(node)) throw complain(`a list is needed here; not «${text}»`);
      return node.items.map((item) => {
        const value = child(item);
        if (value === undefined) throw complain('an item of this list is empty');
        return value;
      });
    },
    asFields(names, what) {
      const fields: Partial<Record<(typeof names)[number], PolicyValue>> = {};
      for (const { name, value, keyPlace } of pairs(what)) {
        const known = names.find((each) => each === name);
        if (known === undefined) throw unknownField(name, names, what, keyPlace);
        if (value === undefined || value.text === '' || value.text === 'null' || value.text === '~')
          throw new UserError(`«${known}» has no value`, { where: keyPlace });
        fields[known] = value;
      }
      return fields;
    },
    asEntries(what) {
      return pairs(what).map(({ name, value, keyPlace }) => {
        if (value === undefined || name === '')
          throw new UserError(`${what} has a name without a value`, { where: keyPlace });
        return { name, value };
      });
    },
  };
}

function unknownField(name: string, names: readonly string[], what: string, where: string): UserError {
  const suggestion = nearest(name, names);
  return new UserError(
    `${what} has no «${printable(name).slice(0, 80)}»${suggestion ? `; is «${suggestion}» meant?` : ''}`,
    { where, remedy: `Known here: ${names.join(', ')}.` },
  );
}

function durationOf(text: string): number | undefined {
  const written = text.replace(/^["']|["']$/g, '');
  if (!/^(?:\d{1,7}[smhd]){1,4}$/.test(written)) return undefined;
  let sum = 0;
  for (const [, amount = '', unit = 's'] of written.matchAll(/(\d+)([smhd])/g))
    sum += Number(amount) * (isUnit(unit) ? seconds[unit] : 1);
  return sum;
}

function isUnit(text: string): text is keyof typeof seconds {
  return Object.hasOwn(seconds, text);
}

/** Seconds as the policy writes them: `1h30m`. */
export function durationText(duration: number): string {
  let left = Math.round(duration);
  let text = '';
  for (const [unit, size] of [
    ['d', 86400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    if (left >= size) text += `${Math.floor(left / size)}${unit}`;
    left %= size;
  }
  return text === '' ? '0s' : text;
}
