import { expect, test } from 'vitest';
import type { Intent } from '../../src/respond/journal.ts';
import { telemetry } from '../../src/respond/telemetry.ts';

const target = { namespace: 'shop', kind: 'deployment', workload: 'web', pod: undefined } as const;
const intent: Intent = {
  id: 'a1',
  serial: 1,
  rule: 'leak',
  change: 'restart',
  mode: 'act',
  alert: 'MemoryLeaks',
  fingerprint: 'f1',
  startsAt: 0,
  summary: '',
  target,
  container: undefined,
  image: undefined,
  team: undefined,
  state: 'done',
  decidedAt: 0,
  endedAt: undefined,
  result: undefined,
  approvedBy: undefined,
  since: 0,
  raise: undefined,
  givesBack: undefined,
};

test('when an action last failed and when the limit last held something back is told, for alerts to go by', async () => {
  let wall = new Date('2026-11-28T10:00:00Z');
  const told = telemetry(
    () => {},
    () => wall,
  );
  const lines = async () =>
    (await told.metrics()).text
      .split('\n')
      .filter((line) => /^plimsoll_respond_\w+_(?:failed|limit)_timestamp/.test(line));
  told.ended(intent, 'performed', 1);
  expect(await lines()).toEqual(['plimsoll_respond_overall_limit_timestamp_seconds 0']);
  told.ended({ ...intent, state: 'failed' }, 'forbidden', 1);
  wall = new Date('2026-11-28T10:05:00Z');
  told.ended({ ...intent, state: 'failed' }, 'forbidden', 1);
  const decision = {
    outcome: 'nothing',
    detail: '',
    alert: 'A',
    fingerprint: 'f',
    status: 'firing',
    rule: 'leak',
  } as const;
  told.decision({ ...decision, reason: 'cool-down', mode: 'act', target, intent: undefined });
  wall = new Date('2026-11-28T10:06:00Z');
  told.decision({ ...decision, reason: 'overall-limit', mode: 'act', target, intent: undefined });
  const at = (text: string) => new Date(text).getTime() / 1000;
  expect(await lines()).toEqual([
    `plimsoll_respond_action_failed_timestamp_seconds{action="restart",reason="forbidden"} ${at('2026-11-28T10:05:00Z')}`,
    `plimsoll_respond_overall_limit_timestamp_seconds ${at('2026-11-28T10:06:00Z')}`,
  ]);
});
