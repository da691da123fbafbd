import { expect, it } from 'vitest';
import { printable } from '../../src/core/printable.ts';

it.each<[string, string]>([
  ['##vso[task.setvariable variable=PATH]/tmp', '#\\x23vso[task.setvariable variable=PATH]/tmp'],
  ['RUN echo ###VSO[x] ##[error]y', 'RUN echo ##\\x23VSO[x] #\\x23[error]y'],
  ['\x1b##vso[x]', '\\x1b#\\x23vso[x]'],
  ['## vso[x] ##vso(x) # [x]', '## vso[x] ##vso(x) # [x]'],
])('is no command to an agent of Azure Pipelines: %s', (text, printed) => {
  expect(printable(text)).toBe(printed);
  expect(printable(printed)).toBe(printed);
});
