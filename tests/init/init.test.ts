import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runRules } from '../../src/audit/run-rules.ts';
import { siftIgnored } from '../../src/audit/suppress.ts';
import type { NamedRule } from '../../src/core/rule.ts';
import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import { type FileChange, plannedFiles } from '../../src/init/files.ts';
import type { ApplicationPlan } from '../../src/init/plan.ts';
import { openRepository } from '../../src/init/repository.ts';
import { writeFiles } from '../../src/init/write.ts';
import { loadProject } from '../../src/project/load-project.ts';
import type { Rule } from '../../src/project/rule.ts';
import { rules } from '../../src/rules/generated.ts';
import { applications, type ExampleApplication } from './applications.ts';

/** The day on which the examples were written: which versions are supported depends on it. */
const today = '2026-11-26';
const top = mkdtempSync(path.join(tmpdir(), 'plimsoll-init-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const oracle = '.cache/bin/oracles';

function makeApplication(name: string, { files }: ExampleApplication): string {
  const root = path.join(top, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return root;
}

function plan(
  root: string,
  { directory = '', choices = {} }: ExampleApplication,
): { plans: readonly ApplicationPlan[]; changes: FileChange[] } {
  const repository = openRepository(root);
  const { plans, undecided } = detectApplications(repository, {
    detectors,
    choices,
    today,
    within: directory,
    existing: { dockerfiles: [], manifests: false },
  });
  expect(undecided).toEqual([]);
  return { plans, changes: plannedFiles(repository, plans, { force: false, manifests: true }) };
}

async function findingsIn(root: string) {
  const project = await loadProject({ kind: 'directory', path: root });
  expect(project.problems).toEqual([]);
  const settings = {
    mayReport: ({ definition }: NamedRule<Rule>) => definition.preset !== 'all',
    settingFor: ({ definition }: NamedRule<Rule>) => ({ severity: definition.severity, options: {} }),
  };
  return siftIgnored(project, runRules(project, rules, settings, today), today).kept.map(
    ({ rule, message, locations: [{ path: file, start }] }) => `${file}:${start.line} ${rule}: ${message}`,
  );
}

describe.each(Object.entries(applications))('%s', (name, application) => {
  const root = makeApplication(name, application);
  const { plans, changes } = plan(root, application);
  const [found] = plans;
  writeFiles(root, changes);

  test('is taken for what it is', () => {
    expect(plans).toHaveLength(1);
    expect(found?.language).toBe(application.language);
    expect(found?.framework).toBe(application.framework);
    expect(found?.run.port).toBe(application.port);
    expect(found?.run.command).toEqual(application.command);
    expect(found?.run.health?.path).toBe(application.health);
    if (application.version)
      expect(found?.decisions.find(({ topic }) => topic === 'version')?.value).toBe(application.version);
    if (application.variables)
      expect(found?.variables.map((each) => `${each.secret ? '*' : ''}${each.name}`)).toEqual(application.variables);
  });

  test('leaves no question but those that nothing answers', () => {
    const expected = application.questions ?? [];
    expect(
      found?.questions.map(({ question }) => expected.find((pattern) => pattern.test(question)) ?? question),
    ).toEqual(expected);
  });

  test('has its questions at the head of the Dockerfile, for whoever reads it later', () => {
    const text = readFileSync(path.join(root, found?.directory ?? '', 'Dockerfile'), 'utf8');
    const head = text.slice(0, text.indexOf('\n\n')).replaceAll('\n# ', ' ');
    for (const { question } of found?.questions ?? []) expect(head).toContain(`- ${question}`);
    expect(head.includes('Left to you:')).toBe(found?.questions.length !== 0);
  });

  test('gets a Dockerfile with these lines', () => {
    const lines = readFileSync(path.join(root, found?.directory ?? '', 'Dockerfile'), 'utf8').split('\n');
    for (const line of application.lines ?? []) expect(lines).toContain(line);
  });

  test('is found faultless by an audit, but for what the application itself brings', async () => {
    const expected = application.found ?? [];
    const findings = await findingsIn(root);
    expect(findings.map((finding) => expected.find((pattern) => pattern.test(finding)) ?? finding)).toEqual(expected);
  });

  test.skipIf(!existsSync(oracle))('is accepted by BuildKit', () => {
    const file = path.join(root, found?.directory ?? '', 'Dockerfile');
    const [line = ''] = execFileSync(oracle, ['dockerfile'], { input: `${file}\n`, encoding: 'utf8' }).split('\n');
    expect(JSON.parse(line)).toMatchObject({ accepted: true, warnings: [] });
  });

  test('is not written a second time', () => {
    const again = plan(root, application);
    expect(again.changes.filter(({ action }) => action !== 'keep')).toEqual([]);
  });
});
