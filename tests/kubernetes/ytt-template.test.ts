import { expect, test } from 'vitest';
import { isYttTemplate } from '../../src/kubernetes/ytt-template.ts';

const inText = (line: string) => `kind: ConfigMap\ndata:\n  fluent.conf: |\n    <match>\n    ${line}\n    </match>\n`;

test.each<[string, string, boolean]>([
  ['code above', '#@ load("@ytt:data", "data")\nkind: Pod\n', true],
  ['code behind a key', 'kind: Pod\nspec: #@ data.values.spec\n', true],
  ['an annotation', 'kind: Pod\n#@overlay/match missing_ok=True\nspec: {}\n', true],
  ['code in a later document', 'kind: Pod\n---\nkind: Pod\nspec: #@ spec()\n', true],
  ['code behind a text that looks so', `${inText('#@ type')}more: #@ more()\n`, true],
  ['code in what is no YAML', 'kind: [Pod\n#@ if True:\n', true],
  ['a comment of another program', inText('#@type null'), false],
  ['code in a text', inText('#@ type null'), false],
  ['a quoted text', 'kind: "Pod #@ type"\n', false],
  ['a word of one’s own', 'kind: Pod #@todo\n', false],
  ['a name', 'kind: Pod#@ spec\n', false],
])('%s', (_, text, expected) => {
  expect(isYttTemplate({ path: 'web.yaml', text, encoding: 'utf-8' })).toBe(expected);
});

test('many signs in many texts take no longer than reading them', () => {
  const text = Array.from({ length: 20_000 }, (_, at) => `key${at}: "a #@ b"`).join('\n');
  const started = performance.now();
  expect(isYttTemplate({ path: 'web.yaml', text, encoding: 'utf-8' })).toBe(false);
  expect(performance.now() - started).toBeLessThan(3000);
});
