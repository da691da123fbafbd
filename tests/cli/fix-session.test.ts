import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { command } from '../../src/cli/commands/prove.ts';
import { openFixSession } from '../../src/cli/fix-session.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import { terminalOf } from './run-command.ts';

const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-fix-session-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('no fix is taken back for the logs that a proof wrote since the first repair', async () => {
  writeFileSync(
    path.join(root, 'Dockerfile'),
    'FROM debian:12\nWORKDIR /app\nCOPY . .\nMAINTAINER me\nCMD ["./run"]\n',
  );
  writeFileSync(path.join(root, 'run'), '');
  const session = await openFixSession(parseArguments(command, [root]), terminalOf(root, {}));
  const rules = async () => {
    const { report } = await session.repaired({ refuses: ({ finding }) => finding.rule.startsWith('context/') });
    return report.applied.map(({ finding }) => finding.rule).sort();
  };
  const first = await rules();
  expect(first).toContain('review/maintainer-instruction');
  mkdirSync(path.join(root, '.plimsoll/logs'), { recursive: true });
  writeFileSync(path.join(root, '.plimsoll/logs/build.log'), 'x');
  expect(await rules()).toEqual(first);
});
