import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { applyEdits } from '../../src/core/fix.ts';
import { rule } from '../../src/rules/size/single-stage-build.ts';
import { checkCase, layOutFiles } from '../rules/check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-split-stage-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.each([
  ['a file that ends its last line', '\n'],
  ['a file that does not', ''],
])('one empty line stands before the new stage: %s', async (_, end) => {
  const text = `FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n\nEXPOSE 80\n\nCMD ["npm", "start"]${end}`;
  const directory = layOutFiles(scratch, [{ path: 'Dockerfile', text, size: undefined, mode: undefined }]);
  const [finding] = await checkCase(directory, { id: 'size/single-stage-build', area: 'size', definition: rule }, {});
  const stages = `FROM node:24 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\n\nFROM node:24-slim\nWORKDIR /app\nCOPY --from=build /app /app\nEXPOSE 80\n\nCMD ["npm", "start"]${end}`;
  expect(applyEdits(text, finding?.fix?.changes.edits ?? [])).toBe(stages);
});
