import { UserError } from '../core/errors.ts';
import { rules } from '../rules/generated.ts';
import type { ParsedArguments } from './command.ts';

/** Which rules a command was told to use. */
export interface AskedRules {
  readonly preset?: 'recommended' | 'all';
  /** Ids or `area/*`; empty: no restriction. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/**
 * What `--preset`, `--rule`, `--area` and `--skip` say.
 * @throws UserError for a rule that there is not.
 */
export function askedRules(parsed: ParsedArguments): AskedRules {
  const known = (pattern: string) => rules.some(({ id }) => matchesRule(pattern, id));
  const unknown = [...parsed.values('rule'), ...parsed.values('skip')].find((pattern) => !known(pattern));
  if (unknown !== undefined)
    throw new UserError(`there is no rule «${unknown}»`, { remedy: '«plimsoll rules» lists all.' });
  const preset = parsed.value('preset');
  return {
    ...((preset === 'all' || preset === 'recommended') && ({ preset } as const)),
    only: [...parsed.values('rule'), ...parsed.values('area').map((area) => `${area}/*`)],
    skip: parsed.values('skip'),
  };
}

/** Whether an id or `area/*` names a rule. */
export function matchesRule(pattern: string, id: string): boolean {
  return id === pattern || (pattern.endsWith('/*') && id.startsWith(pattern.slice(0, -1)));
}
