import type { NamedRule, OptionValue } from '../core/rule.ts';
import type { Severity } from '../core/severity.ts';
import type { Configuration, RuleConfiguration, RuleConfigurations } from '../project/configuration.ts';
import { pathMatcher } from '../project/path-matcher.ts';
import type { Rule } from '../project/rule.ts';
import type { RuleSetting, Settings } from './run-rules.ts';

/** What the command line asks for on top of the configuration. */
export interface RuleSelection {
  readonly preset?: 'recommended' | 'all';
  /** Only these rules (ids or `area/*`), whatever the preset. Empty: no restriction. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** Rules that run although the preset has them off. */
  readonly on?: readonly string[];
  /** Options that the command line sets, whatever the configuration says of them. */
  readonly options?: RuleConfigurations;
}

/**
 * How each rule is set for each path. What is more particular wins: the command line over overrides for paths, those
 * over `rules`, those over the preset; an id over a pattern.
 */
export function settingsFrom(configuration: Configuration, selection: RuleSelection): Settings {
  const preset = selection.preset ?? configuration.preset ?? 'recommended';
  const overrides = configuration.overrides.map((override) => ({
    applies: pathMatcher(override.paths),
    rules: override.rules,
  }));
  const asked = (rule: NamedRule<Rule>) => selection.options?.get(rule.id);
  const base = new Map<string, RuleSetting>();

  const baseSetting = (rule: NamedRule<Rule>): RuleSetting => {
    let setting = base.get(rule.id);
    if (setting === undefined) {
      setting = combined(rule, presetSeverity(rule, preset, selection), [
        lookUp(configuration.rules, rule.id),
        asked(rule),
      ]);
      base.set(rule.id, setting);
    }
    return setting;
  };

  return {
    mayReport(rule) {
      if (excluded(rule.id, selection)) return false;
      if (baseSetting(rule).severity !== 'off') return true;
      return overrides.some((override) => {
        const severity = lookUp(override.rules, rule.id)?.severity;
        return severity !== undefined && severity !== 'off';
      });
    },
    settingFor(rule, path) {
      const own = baseSetting(rule);
      if (overrides.length === 0) return own;
      const matching = overrides
        .filter((override) => override.applies(path))
        .map((override) => lookUp(override.rules, rule.id));
      return matching.length === 0 ? own : combined(rule, own, [...matching, asked(rule)]);
    },
  };
}

function excluded(id: string, selection: RuleSelection): boolean {
  if (selection.skip.some((pattern) => matches(pattern, id))) return true;
  return selection.only.length > 0 && !selection.only.some((pattern) => matches(pattern, id));
}

function presetSeverity(rule: NamedRule<Rule>, preset: 'recommended' | 'all', selection: RuleSelection): RuleSetting {
  const named = selection.only.includes(rule.id) || selection.on?.includes(rule.id) === true;
  const on = named || preset === 'all' || rule.definition.preset !== 'all';
  return { severity: on ? rule.definition.severity : 'off', options: {} };
}

function combined(
  rule: NamedRule<Rule>,
  start: RuleSetting,
  layers: readonly (RuleConfiguration | undefined)[],
): RuleSetting {
  let severity: Severity | 'off' = start.severity;
  let options: Readonly<Record<string, OptionValue>> = start.options;
  for (const layer of layers) {
    if (layer === undefined) continue;
    // Setting an option of a rule that is off by default asks for the rule.
    if (layer.severity !== undefined) severity = layer.severity;
    else if (severity === 'off' && Object.keys(layer.options).length > 0) severity = rule.definition.severity;
    options = { ...options, ...layer.options };
  }
  return { severity, options };
}

function lookUp(rules: RuleConfigurations, id: string): RuleConfiguration | undefined {
  const pattern = rules.get(`${id.slice(0, id.indexOf('/'))}/*`);
  const own = rules.get(id);
  if (pattern === undefined || own === undefined) return own ?? pattern;
  return { ...pattern, ...own, options: { ...pattern.options, ...own.options } };
}

function matches(pattern: string, id: string): boolean {
  return pattern.endsWith('/*') ? id.startsWith(pattern.slice(0, -1)) : pattern === id;
}
