import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { alertmanagerPart } from '../../../src/observe/alertmanager/part.ts';
import { quietHoursText, quietIntervals, readQuietHours } from '../../../src/observe/alertmanager/quiet-hours.ts';
import { secretFiles } from '../../../src/observe/alertmanager/secret-files.ts';
import { teamsOf } from '../../../src/observe/alertmanager/teams.ts';
import type { StackKind } from '../../../src/observe/observe-plan.ts';
import { allReceivers, planOf } from '../observe-choices.ts';

const stacks: readonly StackKind[] = ['config', 'full', 'operator'];
const shop = planOf([{ team: 'shop' }], { receivers: allReceivers });

describe('the files of the Alertmanager part', () => {
  it.each(stacks)(
    '%s: each says at its beginning what it is for, and what the kustomization lists is there',
    (stack) => {
      const files = alertmanagerPart.write({ ...shop, choices: { ...shop.choices, stack } });
      for (const { path, text } of files) expect(text.slice(0, 10), path).toMatch(/^(?:# \S|\{\{\/\* \S)/);
      const kustomization = files.find(({ path }) => path === 'base/alertmanager/kustomization.yaml');
      const read: { resources?: string[]; configMapGenerator: { files: string[] }[] } = parse(
        kustomization?.text ?? '',
      );
      const listed = [...(read.resources ?? []), ...read.configMapGenerator.flatMap((each) => each.files)];
      const paths = files.map(({ path }) => path);
      for (const name of listed) expect(paths).toContain(`base/alertmanager/${name}`);
      // What is neither listed nor the list itself is the template that nobody applies.
      const others = paths.filter((path) => !listed.includes(path.slice('base/alertmanager/'.length)));
      expect(others.sort()).toEqual(['base/alertmanager/kustomization.yaml', 'base/alertmanager/secret.yaml.template']);
    },
  );

  it('the same plan gives the same bytes', () => {
    expect(alertmanagerPart.write(shop)).toEqual(alertmanagerPart.write(shop));
  });

  it.each(stacks)('%s: no field that holds a secret is used, and each file of one is a key of the Secret', (stack) => {
    const files = alertmanagerPart.write({ ...shop, choices: { ...shop.choices, stack } });
    const applied = files.filter(({ path }) => !path.endsWith('.template'));
    for (const { path, text } of applied)
      expect(text, path).not.toMatch(
        /^\s*-?\s*(?:smtp_auth_password|smtp_auth_secret|api_url|routing_key|service_key|webhook_url|credentials|secret_key|access_key|password):[ \t]*[^\s#]/m,
      );
    const keys = applied.flatMap(({ text }) => [...text.matchAll(/\/etc\/alertmanager\/secrets\/([\w-]+)/g)]);
    for (const [, key] of keys) expect(secretFiles.map((file) => file.key)).toContain(key);
    const template = files.find(({ path }) => path.endsWith('.template'));
    const [secret] = parseAllDocuments(template?.text ?? '').map((each) => each.toJS());
    expect(secret.stringData).toEqual(Object.fromEntries(secretFiles.map(({ key }) => [key, ''])));
  });

  it('regions that are the user’s have names of their own', () => {
    for (const stack of stacks)
      for (const { text, path } of alertmanagerPart.write({ ...shop, choices: { ...shop.choices, stack } })) {
        const names = [...text.matchAll(/# plimsoll:keep (.*)/g)].map(([, name]) => name);
        expect(new Set(names).size, path).toBe(names.length);
        expect([...text.matchAll(/# plimsoll:end/g)]).toHaveLength(names.length);
      }
  });
});

describe('teams', () => {
  it.each([
    ['are sorted, once each', ['b', 'a', 'b'], ['a', 'b']],
    ['whose names come out alike are told apart', ['Web Shop', 'web-shop'], ['web-shop', 'web-shop-2']],
    ['of no letter have a name', ['@@'], ['team']],
    [
      'do not take the names of other receivers',
      ['everyone', 'nobody', 'webhook'],
      ['everyone-2', 'nobody-2', 'webhook-2'],
    ],
  ])('%s', (_, labels, names) => {
    const plan = planOf(
      labels.map((team) => ({ team })),
      {},
    );
    expect(teamsOf(plan).map(({ name }) => name)).toEqual(names);
  });
});

describe('quiet hours', () => {
  it.each([
    ['22:00-07:00@Europe/Berlin', { from: '22:00', to: '07:00', zone: 'Europe/Berlin', weekends: false }],
    ['00:00-06:30@UTC+weekends', { from: '00:00', to: '06:30', zone: 'UTC', weekends: true }],
    ['22:00-07:00', undefined],
    ['22:00-07:00@Europe/Atlantis', undefined],
    ['25:00-07:00@UTC', undefined],
    ['07:00-07:00@UTC', undefined],
  ])('%s', (text, expected) => {
    const read = readQuietHours(text);
    expect(read).toEqual(expected);
    if (read) expect(quietHoursText(read)).toBe(text);
  });

  it.each([
    ['22:00', '07:00', ['22:00-24:00', '00:00-07:00']],
    ['12:00', '13:00', ['12:00-13:00']],
    ['22:00', '00:00', ['22:00-24:00']],
  ])('from %s to %s', (from, to, expected) => {
    const [first] = quietIntervals({ from, to, zone: 'UTC', weekends: false });
    expect(first?.times.map(({ start, end }) => `${start}-${end}`)).toEqual(expected);
  });
});
