import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rule } from '../../src/rules/layers/package-cache-left.ts';
import { checkCase, layOutFiles } from '../rules/check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-clean-cache-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.each([
  ['cgo may be on', 'RUN go build -o /shop .', true],
  ['the command has it off', 'RUN CGO_ENABLED=0 go build -o /shop .', false],
  ['the environment has it off', 'ENV CGO_ENABLED=0\nRUN go build -o /shop .', false],
])('what cgo loads from a module is asked for: %s', async (_, step, asked) => {
  const text = `FROM golang:1.26\nWORKDIR /src\nCOPY . .\n${step}\nCMD ["/shop"]\n`;
  const directory = layOutFiles(scratch, [{ path: 'Dockerfile', text, size: undefined, mode: undefined }]);
  const named = { id: 'layers/package-cache-left', area: 'layers', definition: rule } as const;
  const [finding] = await checkCase(directory, named, {});
  expect(finding?.fix?.title).toContain('go clean -modcache');
  expect(finding?.fix?.assumptions.some(({ question }) => question?.includes('cgo'))).toBe(asked);
});

test.each([
  ['puppeteer, which installs from them', 'npx puppeteer browsers install chrome --install-deps', 'unknown'],
  ['its installer by itself', 'npx @puppeteer/browsers install chrome@stable --install-deps', 'unknown'],
  ['playwright, which updates them itself', 'npx -y playwright@1.48 install --with-deps chromium', 'holds'],
])('package lists are not removed unasked from under what installs browsers: %s', async (_, step, state) => {
  const text = `FROM node:22-slim\nRUN apt-get update && apt-get install -y curl\nRUN ${step}\nCMD ["node", "a.js"]\n`;
  const directory = layOutFiles(scratch, [{ path: 'Dockerfile', text, size: undefined, mode: undefined }]);
  const named = { id: 'layers/package-cache-left', area: 'layers', definition: rule } as const;
  const fixes = (await checkCase(directory, named, {})).flatMap(({ fix }) => fix ?? []);
  const fix = fixes.find(({ changes }) =>
    changes.edits.some((edit) => edit.replacement.includes('/var/lib/apt/lists')),
  );
  const needed = fix?.assumptions.find(({ statement }) => statement.includes('installs from these lists without'));
  expect(needed?.state).toBe(state);
});

test('of a base on which another file of the repository installs without an update, it is asked whether its lists may go', async () => {
  const files = [
    ['docker/Dockerfile.runtime', 'FROM debian:12\nRUN apt-get update && apt-get install -y curl\nCMD ["bash"]\n'],
    ['web/Dockerfile', 'FROM registry.example/shop/runtime:1\nRUN apt-get install -y jq\nCMD ["/shop"]\n'],
  ].map(([path = '', text = '']) => ({ path, text, size: undefined, mode: undefined }));
  const named = { id: 'layers/package-cache-left', area: 'layers', definition: rule } as const;
  const findings = await checkCase(layOutFiles(scratch, files), named, {});
  const [finding] = findings.filter(({ locations }) => locations[0]?.path === 'docker/Dockerfile.runtime');
  expect(finding?.message).toContain('/var/lib/apt/lists');
  const unknown = finding?.fix?.assumptions.find(({ state }) => state !== 'holds');
  expect(unknown?.question).toContain('web/Dockerfile builds on an image «runtime»');
});
