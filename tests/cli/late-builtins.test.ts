import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { bundles } from '../../scripts/bundles.mjs';

test('what is loaded late is called, and made, as if it were loaded at once', async () => {
  const { entryPoints, ...options } = bundles.plimsoll;
  expect(entryPoints).toBeDefined();
  const { outputFiles } = await build({
    ...options,
    stdin: {
      contents: `import { BlockList, isIP } from 'node:net';
const list = new BlockList();
list.addSubnet('169.254.0.0', 16, 'ipv4');
export const answers = [isIP('::1'), list.check('169.254.169.254', 'ipv4'), list.check('10.0.0.1', 'ipv4')];`,
      resolveDir: '.',
    },
    write: false,
  });
  const load = Function(`return ${outputFiles?.[0]?.text}`)();
  const { createRequire } = await import('node:module');
  expect(load(createRequire(import.meta.url), '/bundle.js').answers).toEqual([6, true, false]);
});
