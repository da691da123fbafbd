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
