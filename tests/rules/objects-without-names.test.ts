import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isMap, parseAllDocuments } from 'yaml';
import { runRules } from '../../src/audit/run-rules.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { rules } from '../../src/rules/generated.ts';
import { layOutFiles } from './check-case.ts';
import { readRulePage } from './rule-page.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-without-names-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** `generateName`, or what a script fills in: the manifests of the rules' pages without the names of their objects. */
test('no message leaves a gap where an object has no name', async () => {
  const folder = path.resolve('src/rules');
  const settings = { mayReport: () => true, settingFor: () => ({ severity: 'note', options: {} }) as const };
  const messages: string[] = [];
  for (const area of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()))
    for (const page of readdirSync(path.join(folder, area.name)).filter((name) => name.endsWith('.md'))) {
      const { cases } = readRulePage(readFileSync(path.join(folder, area.name, page), 'utf8'));
      const files = cases
        .filter(({ kind }) => kind === 'bad')
        .flatMap((each) => each.files)
        .filter((file) => /\.ya?ml$/.test(file.path) && /^kind:/m.test(file.text))
        .map((file, index) => ({ ...file, path: `${index}.yaml`, text: withoutNames(file.text) }));
      if (files.length === 0) continue;
      const project = await loadProject({ kind: 'directory', path: layOutFiles(scratch, files) });
      messages.push(...runRules(project, rules, settings, '2026-11-24').map(({ message }) => message));
    }
  expect(messages.length).toBeGreaterThan(300);
  expect(messages.filter((message) => /[^ ] {2}[^ ]| [,.](?: |$)/.test(message))).toEqual([]);
});

function withoutNames(text: string): string {
  return parseAllDocuments(text)
    .map((document) => {
      const metadata = isMap(document.contents) ? document.contents.get('metadata') : undefined;
      if (isMap(metadata)) metadata.delete('name');
      return document.errors.length > 0 ? '' : document.toString();
    })
    .filter((each) => each !== '')
    .join('---\n');
}
