import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { applyEdits } from '../../src/core/fix.ts';
import { rule as toolsShipped } from '../../src/rules/size/build-tools-shipped.ts';
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

async function withoutTools(steps: string): Promise<string | undefined> {
  const install = 'RUN apt-get update && apt-get install -y --no-install-recommends gcc && rm -rf /var/lib/apt/lists/*';
  const text = `FROM python:3.12-slim\nWORKDIR /code\n${install}\nCOPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\n${steps}\nRUN chmod +x entrypoint.sh\nCMD ["./entrypoint.sh"]\n`;
  const files = [
    { path: 'Dockerfile', text },
    { path: 'requirements.txt', text: 'six==1.17.0\n' },
    { path: 'entrypoint.sh', text: '#!/bin/sh\nexec python main.py\n' },
    { path: 'main.py', text: 'print(1)\n' },
  ].map((file) => ({ ...file, size: undefined, mode: undefined }));
  const named = { id: 'size/build-tools-shipped', area: 'size', definition: toolsShipped } as const;
  const [finding] = await checkCase(layOutFiles(scratch, files), named, {});
  const edits = finding?.fix?.changes.edits;
  return edits && applyEdits(text, edits).split('\nFROM ')[1];
}

test.each([
  ['a plain path', 'RUN chmod +x main.py'],
  ['a pattern', 'RUN chmod +x ./scripts/*'],
  ['an absolute pattern', 'RUN chmod +x /code/*.sh'],
  ['a pattern behind cd', 'RUN cd scripts && chmod +x *'],
])('a step that changes files of the build by %s stays there', async (_, step) => {
  const last = await withoutTools(step);
  expect(last).toContain('COPY --from=build');
  expect(last).not.toContain('chmod');
});

test.each([
  ['by a variable', 'RUN chmod +x "$X"'],
  ['by a pattern of their directory', 'RUN chmod +x /co*/main.py'],
  ['by a pattern elsewhere', 'RUN chmod +x /opt/*'],
])('nothing is parted where a step may change files of the build: %s', async (_, step) => {
  expect((await withoutTools(step)) ?? '').not.toContain('chmod');
});
