import { nearest } from '../../core/nearest.ts';
import { flagName, flagValue, type Keyword, type Statement } from './statement.ts';

type FlagKind = 'boolean' | 'text' | 'list';

/** The flags of each instruction. ARG, STOPSIGNAL and HEALTHCHECK NONE are not here: BuildKit does not look at theirs. */
const flagsOf: Readonly<Partial<Record<Keyword, Readonly<Record<string, FlagKind>>>>> = {
  ADD: {
    chown: 'text',
    chmod: 'text',
    link: 'boolean',
    'keep-git-dir': 'boolean',
    checksum: 'text',
    unpack: 'boolean',
    exclude: 'list',
  },
  COPY: { chown: 'text', from: 'text', chmod: 'text', link: 'boolean', exclude: 'list', parents: 'boolean' },
  FROM: { platform: 'text' },
  HEALTHCHECK: { interval: 'text', timeout: 'text', 'start-period': 'text', 'start-interval': 'text', retries: 'text' },
  RUN: { device: 'list', mount: 'list', network: 'text', security: 'text' },
};

/** Why BuildKit refuses one of the flags, as a sentence, or undefined. */
export function flagFault(statement: Statement): string | undefined {
  if (statement.flags.length === 0) return undefined;
  const known = (statement.name && flagsOf[statement.name]) ?? {};
  const seen = new Set<string>();
  for (const flag of statement.flags) {
    const name = flagName(flag);
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) return unknownFlag(statement, name, Object.keys(known));
    if (seen.has(name) && kind !== 'list') return `The flag --${name} is given twice.`;
    seen.add(name);
    const value = flagValue(flag);
    if (kind !== 'boolean' && value === undefined) return `The flag --${name} needs a value.`;
    if (kind === 'boolean') {
      if (value === '') return `The flag --${name} needs a value behind its equals sign.`;
      if (!['true', 'false', undefined].includes(value?.toLowerCase()))
        return `The flag --${name} must be true or false.`;
    }
  }
  return undefined;
}

function unknownFlag(statement: Statement, name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  const hint = meant === undefined ? '' : ` Perhaps --${meant} is meant.`;
  return `${statement.name ?? statement.keyword} has no flag --${name}.${hint}`;
}

/** True for a flag that is there and not switched off by a value. */
export function isFlagOn(statement: Statement, name: string): boolean | undefined {
  const flag = statement.flags.findLast((each) => flagName(each) === name);
  return flag === undefined ? undefined : flagValue(flag)?.toLowerCase() !== 'false';
}
