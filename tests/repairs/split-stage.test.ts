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

const deployment = (container: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: shop }\nspec:\n  selector: { matchLabels: { app: shop } }\n  template:\n    metadata: { labels: { app: shop } }\n    spec:\n      containers:\n        - { name: shop, image: 'acme/shop:1', ${container} }\n`;
const withoutShell = 'gcr.io/distroless/static-debian12';

test.each([
  ['words for its own entrypoint', '', 'entrypoint: [/app], command: [serve]', '', withoutShell],
  ['the same as texts', '', 'entrypoint: "/app", command: "serve --x"', '', withoutShell],
  ['a command', '', 'command: [serve]', '', undefined],
  [
    'a command where the entrypoint of the image is taken away',
    '["/app"]',
    'entrypoint: [], command: [serve]',
    '',
    undefined,
  ],
  ['words for the entrypoint of the image', '["/app"]', 'entrypoint: null, command: [serve]', '', withoutShell],
  ['a shell for its own entrypoint', '', 'entrypoint: [/app], command: [sh, -c, serve]', '', undefined],
  ['arguments for its own command', '', '', 'command: [/app], args: [serve]', withoutShell],
  ['arguments alone', '', '', 'args: [serve]', undefined],
])(
  'a program without a shell beneath it runs with what a manifest gives it: %s',
  async (_, entrypoint, service, container, base) => {
    const texts = {
      Dockerfile: `FROM golang:1.26\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\n${entrypoint === '' ? 'CMD ["/app"]' : `ENTRYPOINT ${entrypoint}`}\n`,
      'compose.yaml': `services:\n  shop: { build: ., image: 'acme/shop:1'${service === '' ? '' : `, ${service}`} }\n`,
      ...(container !== '' && { 'shop.yaml': deployment(container) }),
    };
    const files = Object.entries(texts).map(([name, text]) => ({ path: name, text, size: undefined, mode: undefined }));
    const named = { id: 'size/single-stage-build', area: 'size', definition: rule } as const;
    const [finding] = await checkCase(layOutFiles(scratch, files), named, {});
    const text = applyEdits(texts.Dockerfile, finding?.fix?.changes.edits ?? []);
    expect(text.includes(`FROM ${withoutShell}\n`) ? withoutShell : undefined).toBe(base);
  },
);
