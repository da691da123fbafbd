import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rules } from '../../src/rules/generated.ts';
import { checkCase, layOutFiles } from './check-case.ts';

const ownHelm = path.resolve('.cache/bin');
const pathBefore = process.env.PATH;
let scratch = '';

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-charts-'));
  process.env.PATH = `${ownHelm}${path.delimiter}${pathBefore}`;
});
afterAll(() => {
  process.env.PATH = pathBefore;
  rmSync(scratch, { recursive: true, force: true });
});

async function findingsOf(id: string, files: Readonly<Record<string, string>>) {
  const rule = rules.find((each) => each.id === id);
  if (!rule) throw new Error(`no rule ${id}`);
  const list = Object.entries(files).map(([name, text]) => ({ path: name, text, size: undefined, mode: undefined }));
  return checkCase(layOutFiles(scratch, list), rule, {});
}

const chart = 'apiVersion: v2\nname: provisioner\nversion: 0.1.0\n';

test('a value that a chart leaves empty for who installs it is no field that is missing; one that no template writes is', async (context) => {
  if (!existsSync(path.join(ownHelm, 'helm'))) context.skip('helm is not installed: scripts/system-parts');
  const volume = (nfs: string) => `apiVersion: v1
kind: Pod
metadata: {name: provisioner}
spec:
  containers: [{name: provisioner, image: "example.com/provisioner:1"}]
  volumes:
    - name: root
      nfs:
${nfs}`;
  const server = '        server: {{ .Values.nfs.server }}\n';
  const given = '        path: {{ .Values.nfs.path }}\n';
  const values = 'nfs:\n  server:\n  path: /exports\n';
  const findings = async (nfs: string) =>
    findingsOf('config/missing-field', {
      'Chart.yaml': chart,
      'values.yaml': values,
      'templates/pod.yaml': volume(nfs),
    });
  expect(await findings(server + given)).toEqual([]);
  expect((await findings(given)).map(({ message }) => message)).toEqual([
    'Pod provisioner has no spec.volumes[0].nfs.server.',
  ]);
});
