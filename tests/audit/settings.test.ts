import { describe, expect, test } from 'vitest';
import { settingsFrom } from '../../src/audit/settings.ts';
import type { NamedRule } from '../../src/core/rule.ts';
import { noConfiguration } from '../../src/project/configuration.ts';
import { readConfiguration } from '../../src/project/read-configuration.ts';
import { dockerfileRule, type Rule } from '../../src/project/rule.ts';

const definition = {
  severity: 'warning',
  summary: 'a rule for this test',
  why: 'because',
  remedy: 'nothing',
  peers: [],
  options: {
    limit: { description: 'a number', default: 3 },
    allowed: { description: 'a list', default: ['a'], faultOf: (text: string) => (text === 'b' ? 'no b' : undefined) },
  },
  check() {},
} as const;
const onRule: NamedRule<Rule> = { id: 'cache/on', area: 'cache', definition: dockerfileRule(definition) };
const offRule: NamedRule<Rule> = {
  id: 'cache/off',
  area: 'cache',
  definition: dockerfileRule({ ...definition, preset: 'all', offBecause: 'it hurts' }),
};
const known = new Map([onRule, offRule].map(({ id, definition }) => [id, definition.options ?? {}]));
const nothing = { only: [], skip: [] };

function settings(yaml: string, selection: Parameters<typeof settingsFrom>[1] = nothing) {
  return settingsFrom(readConfiguration('plimsoll.yaml', yaml, known), selection);
}

describe('how a rule is set', () => {
  test('by the preset', () => {
    expect(settingsFrom(noConfiguration, nothing).mayReport(onRule)).toBe(true);
    expect(settingsFrom(noConfiguration, nothing).mayReport(offRule)).toBe(false);
    expect(settings('preset: all').mayReport(offRule)).toBe(true);
    expect(settings('preset: recommended', { ...nothing, preset: 'all' }).mayReport(offRule)).toBe(true);
  });

  test('by its id, which wins over a pattern', () => {
    const set = settings('rules: {cache/*: off, cache/on: error}');
    expect(set.settingFor(onRule, 'Dockerfile').severity).toBe('error');
    expect(set.mayReport(offRule)).toBe(false);
  });

  test('an option asks for a rule that is off by default', () => {
    const set = settings('rules: {cache/off: {limit: 5}}');
    expect(set.settingFor(offRule, 'Dockerfile')).toEqual({ severity: 'warning', options: { limit: 5 } });
  });

  test('for paths, later overrides win', () => {
    const set = settings(
      'overrides:\n  - paths: [old/]\n    rules: {cache/on: off}\n  - paths: [old/kept/]\n    rules: {cache/on: note}\n',
    );
    expect(set.settingFor(onRule, 'Dockerfile').severity).toBe('warning');
    expect(set.settingFor(onRule, 'old/Dockerfile').severity).toBe('off');
    expect(set.settingFor(onRule, 'old/kept/Dockerfile').severity).toBe('note');
  });

  test('by the command line, which wins over all', () => {
    expect(settings('rules: {cache/on: error}', { only: [], skip: ['cache/*'] }).mayReport(onRule)).toBe(false);
    expect(settings('', { only: ['cache/off'], skip: [] }).mayReport(offRule)).toBe(true);
    expect(settings('', { only: ['cache/off'], skip: [] }).mayReport(onRule)).toBe(false);
  });
});

describe('an error in the configuration says where it is', () => {
  test.each([
    ['presett: all', 'plimsoll.yaml:1:1', 'is «preset» meant?'],
    ['rules:\n  cache/onn: off', 'plimsoll.yaml:2:3', 'is «cache/on» meant?'],
    ['rules:\n  cache/on: loud', 'plimsoll.yaml:2:13', 'off, error, warning, note'],
    ['rules:\n  cache/on: {limit: many}', 'plimsoll.yaml:2:21', 'this option is a number'],
    ['rules:\n  cache/on: {allowed: [c, b]}', 'plimsoll.yaml:2:27', '«b»: no b'],
    ['rules:\n  cache/on: {limits: 1}', 'plimsoll.yaml:2:14', 'is «limit» meant?'],
    ['failOn: never-ever', 'plimsoll.yaml:1:9', 'error, warning, note, never'],
    ['exclude: {a: b}', 'plimsoll.yaml:1:10', 'a list is needed here'],
    ['rules: [', 'plimsoll.yaml:1:', 'no valid YAML'],
    ['- a', 'plimsoll.yaml:1:1', 'a configuration is a map'],
  ])('%s', (yaml, where, message) => {
    expect(() => settings(yaml)).toThrow(
      expect.objectContaining({ where: expect.stringContaining(where), message: expect.stringContaining(message) }),
    );
  });

  test('an empty file sets nothing', () => {
    expect(readConfiguration('plimsoll.yaml', '# nothing yet\n', known)).toEqual({
      ...noConfiguration,
      path: 'plimsoll.yaml',
    });
  });
});
