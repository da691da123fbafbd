import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from '../../src/cli/commands/audit.ts';
import { runCommand } from './run-command.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll audit secrets '));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Half of the secret, which is in each of the values, and of a key. */
const half = 'TideQ41';
const key = `q8Zt2LwV9xR4${half}mB7nK1sDp5Jc3Hd5Gf0Sy6Uo=`;

/** As they are written in YAML. */
const values = [
  `'host=db port=5432 password=''${half} and ${half}'' user=shop'`,
  `'Server=db;User Id=sa;Password=''${half};${half}'''`,
  `"Server=db;User Id=sa;Password=\\"${half};${half}\\""`,
  `Server=db;User Id=sa;Password=${half}-x`,
  `cache:6379,password=${half}-x,ssl=True`,
  `jdbc:mysql://db/shop?user=root&password=${half}-x&useSSL=true`,
  `postgresql://shop:${half}-x@prod-db/shop`,
  `'{"db": {"password": "${half}-x"}}'`,
  `'{"auths": {"r.example": {"auth": "${Buffer.from(`shop:${half}-x`).toString('base64')}"}}}'`,
] as const;

const encoded = Buffer.from(`shop:${half}-x`).toString('base64');

beforeAll(() => {
  const documents = values.flatMap((value, at) => [
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c${at} }\ndata:\n  shop.json: ${value}\n  shop: ${value}\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: { name: s${at} }\nstringData:\n  shop.json: ${value}\n`,
    `apiVersion: v1\nkind: Pod\nmetadata: { name: p${at} }\nspec:\n  containers:\n    - name: shop\n      image: example.com/shop:1\n      env:\n        - name: SHOP\n          value: ${value}\n`,
  ]);
  const yaml = `apiVersion: v1\nkind: Secret\nmetadata: { name: y }\nstringData:\n  shop.yaml: |\n    port: 80\n    accounts:\n      admin: ${half}\n`;
  const pod = `apiVersion: v1\nkind: Pod\nmetadata: { name: k }\nspec:\n  containers:\n    - name: shop\n      image: example.com/shop:1\n      env:\n        - { name: FERNET_KEY, value: ${key} }\n`;
  writeFileSync(path.join(directory, 'shop.yaml'), [...documents, yaml, pod].join('---\n'));
});

describe('an audit tells of secrets and prints none', () => {
  test.each(['text', 'plain', 'json', 'sarif', 'github', 'junit', 'markdown', 'html'])('as %s', async (format) => {
    const { code, stdout, stderr } = await runCommand(command, directory, ['--format', format]);
    expect(code).toBe(1);
    expect(stdout).toContain('secrets/secret-in-manifest');
    for (const text of [stdout, stderr]) {
      expect(text).not.toContain(half);
      expect(text).not.toContain(encoded);
    }
  });

  test('each of them is told', async () => {
    const { stdout } = await runCommand(command, directory, ['--format', 'plain']);
    const count = (rule: string) => stdout.split(`secrets/${rule}`).length - 1;
    expect(count('secret-in-manifest')).toBe(values.length + 1);
    expect(count('plain-env-secret')).toBeGreaterThanOrEqual(2 * values.length + 1);
  });
});
