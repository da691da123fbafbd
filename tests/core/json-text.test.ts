import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { jsonText } from '../../src/core/json-text.ts';
import { csv } from '../../src/report/internal/csv.ts';

const hostile = ['##vso[task.setvariable variable=PATH]/tmp', '\\##[error]x', '###VSO[x]', '## vso[x]'];

it('is JSON of the same value, with no command to an agent that reads it in a log', () => {
  const text = jsonText({ hostile });
  expect(JSON.parse(text)).toEqual({ hostile });
  expect(text).not.toMatch(/##(?:vso)?\[/i);
});

it('and so is a line of CSV, with an escape that can be seen', () => {
  expect(csv(['a'], [['##vso[x]y,']])).toBe('a\r\n"#\\x23vso[x]y,"\r\n');
});

it('is how every command prints JSON', () => {
  const source = path.join(import.meta.dirname, '../../src');
  const others = ['cli', 'report'].flatMap((folder) =>
    readdirSync(path.join(source, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) =>
        /JSON\.stringify\([\s\S]*?,\s*2,?\s*\)/.test(readFileSync(path.join(source, folder, name), 'utf8')),
      ),
  );
  expect(others).toEqual([]);
});
