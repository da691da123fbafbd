import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rules } from '../../src/rules/generated.ts';
import { checkCase, layOutFiles } from './check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-unknown-field-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function said(...container: readonly string[]): Promise<readonly string[]> {
  const rule = rules.find(({ id }) => id === 'config/unknown-field');
  if (!rule) throw new Error('there is no rule config/unknown-field');
  const lines = [
    'apiVersion: v1',
    'kind: Pod',
    'metadata: {name: web}',
    'spec:',
    '  containers:',
    '    - name: web',
    '      image: registry.example.com/shop/web:1.4.2',
    ...container.map((line) => `      ${line}`),
  ];
  const text = `${lines.join('\n')}\n`;
  const findings = await checkCase(
    layOutFiles(scratch, [{ path: 'web.yaml', text, size: undefined, mode: undefined }]),
    rule,
    {},
  );
  return findings.map(({ message, remedy }) => `${message} ${remedy ?? ''}`.replaceAll('spec.containers[0]', '@'));
}

describe('Where a field belongs that lies in no map of its own, all places are named that are as near, or none', () => {
  test.each<[string, readonly string[], RegExp]>([
    [
      'two fields together',
      ['env:', '  - name: A', '    valueFrom: {name: settings, key: a}'],
      /has no fields name, key; they are fields of @\.env\[0\]\.valueFrom\.configMapKeyRef or @\.env\[0\]\.valueFrom\.secretKeyRef\. Write them below @.* or @/,
    ],
    [
      'two fields of a probe',
      ['readinessProbe: {port: 80, host: web}'],
      /has no fields port, host; they are fields of @\.readinessProbe\.httpGet or @\.readinessProbe\.tcpSocket\./,
    ],
    [
      'two fields of one kind of probe',
      ['readinessProbe: {port: 80, path: /up}'],
      /they are fields of @\.readinessProbe\.httpGet\. Write them below @\.readinessProbe\.httpGet\./,
    ],
    [
      'one field of three',
      ['httpGet: {port: 80}'],
      /has no field httpGet; httpGet is a field of @\.livenessProbe, @\.readinessProbe or @\.startupProbe\./,
    ],
    ['one field of more than are named', ['host: web'], /has no field host\. (?!Write it below)/],
  ])('%s', async (_, lines, expected) => {
    expect(await said(...lines)).toEqual([expect.stringMatching(expected)]);
  });
});

test('Fields that a map which is written lacks are told each by itself, with where it is', async () => {
  expect(await said('readinessProbe: {httpGet: {scheme: HTTP}, port: 80, path: /up}')).toEqual([
    expect.stringMatching(/has no field port; port is a field of @\.readinessProbe\.httpGet\./),
    expect.stringMatching(/has no field path; path is a field of @\.readinessProbe\.httpGet\./),
  ]);
});
