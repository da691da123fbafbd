import { UserError } from '../core/errors.ts';
import { meantOf } from '../core/nearest.ts';
import type { RuleConfigurations } from '../project/configuration.ts';
import { rules } from '../rules/generated.ts';
import type { ParsedArguments } from './command.ts';

/** Which rules a command was told to use. */
export interface AskedRules {
  readonly preset?: 'recommended' | 'all';
  /** Ids or `area/*`; empty: no restriction. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly options: RuleConfigurations;
}

/**
 * What `--preset`, `--rule`, `--area` and `--skip` say.
 * @throws UserError for a rule that there is not, or a value that is none
 */
export function askedRules(parsed: ParsedArguments): AskedRules {
  const known = (pattern: string) => rules.some(({ id }) => matchesRule(pattern, id));
  const unknown = [...parsed.values('rule'), ...parsed.values('skip')].find((pattern) => !known(pattern));
  if (unknown !== undefined)
    throw new UserError(
      `there is no rule «${unknown}»${meantOf(unknown, [...new Set(rules.flatMap(({ id }) => [id, areaOf(id)]))])}`,
      { remedy: '«plimsoll rules» lists all.' },
    );
  const preset = parsed.value('preset');
  return {
    ...((preset === 'all' || preset === 'recommended') && ({ preset } as const)),
    only: [...parsed.values('rule'), ...parsed.values('area').map((area) => `${area}/*`)],
    skip: parsed.values('skip'),
    options: vulnerabilityOptions(parsed),
  };
}

/** `cache/*` of `cache/image-tag`. */
function areaOf(id: string): string {
  return id.replace(/\/.*/, '/*');
}

/** Whether an id or `area/*` names a rule. */
export function matchesRule(pattern: string, id: string): boolean {
  return id === pattern || (pattern.endsWith('/*') && id.startsWith(pattern.slice(0, -1)));
}

/** Which vulnerabilities count, as the command line says. */
function vulnerabilityOptions(parsed: ParsedArguments): RuleConfigurations {
  const severity = parsed.value('vulnerability-severity');
  const days = parsed.value('vulnerability-days');
  if (days !== undefined && !/^\d{1,5}$/.test(days))
    throw new UserError(`«${days}» is no number of days`, { remedy: 'Write it as --vulnerability-days 30.' });
  const options = {
    ...(severity !== undefined && { severity }),
    ...(parsed.has('vulnerability-fixable') && { fixable: true }),
    ...(days !== undefined && { days: Number(days) }),
  };
  return Object.keys(options).length === 0 ? new Map() : new Map([['security/vulnerable-package', { options }]]);
}
