import type { NamedRule, OptionValue, RuleOptions } from '../core/rule.ts';
import type { Rule } from '../project/rule.ts';
import type { RuleSetting } from './run-rules.ts';

/**
 * A rule's options by name, each its default unless it is set. To ask for one that the rule does not declare, or for another type
 * than it has, is a bug of the rule and throws.
 */
export function optionsOf(rule: NamedRule<Rule>, setting: () => RuleSetting): RuleOptions {
  const value = (name: string): OptionValue => {
    const declared = rule.definition.options?.[name];
    if (declared === undefined) throw new Error(`rule ${rule.id} declares no option ${name}`);
    return setting().options[name] ?? declared.default;
  };
  const mistyped = (name: string, type: string) => new Error(`option ${name} of rule ${rule.id} is no ${type}`);
  return {
    number(name) {
      const found = value(name);
      if (typeof found !== 'number') throw mistyped(name, 'number');
      return found;
    },
    text(name) {
      const found = value(name);
      if (typeof found !== 'string') throw mistyped(name, 'text');
      return found;
    },
    flag(name) {
      const found = value(name);
      if (typeof found !== 'boolean') throw mistyped(name, 'flag');
      return found;
    },
    list(name) {
      const found = value(name);
      if (typeof found !== 'object') throw mistyped(name, 'list');
      return found;
    },
  };
}
