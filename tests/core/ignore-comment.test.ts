import { describe, expect, test } from 'vitest';
import { idsName, noDay, readIgnoreComment, trivyId } from '../../src/core/ignore-comment.ts';

const nothing = { until: undefined, reason: undefined };

describe('reading an ignore comment', () => {
  test.each([
    ['# plimsoll ignore=cache/a,security/b', { ids: ['cache/a', 'security/b'], scope: 'next', ...nothing }],
    [
      '# plimsoll ignore=cache/* until=2027-01-31 -- moves next year',
      { ids: ['cache/*'], scope: 'next', until: '2027-01-31', reason: 'moves next year' },
    ],
    ['#plimsoll ignore-file=all', { ids: ['*'], scope: 'file', ...nothing }],
    ['# hadolint ignore=DL3008,SC2086', { ids: ['hadolint:DL3008', 'hadolint:SC2086'], scope: 'next', ...nothing }],
    ['# hadolint global ignore=DL3008', { ids: ['hadolint:DL3008'], scope: 'file', ...nothing }],
    ['# check=skip=StageNameCasing;error=true', { ids: ['buildkit:StageNameCasing'], scope: 'file', ...nothing }],
    ['# check=error=true;skip=all', { ids: ['buildkit:*'], scope: 'file', ...nothing }],
    [
      '#trivy:ignore:AVD-DS-0002 exp:2026-12-31',
      { ids: ['trivy:DS002'], scope: 'next', until: '2026-12-31', reason: undefined },
    ],
    [
      '# checkov:skip=CKV_DOCKER_2:no probe here',
      { ids: ['checkov:CKV_DOCKER_2'], scope: 'file', until: undefined, reason: 'no probe here' },
    ],
    [
      '# tally global ignore=tally/max-lines;reason=generated',
      {
        ids: ['tally:max-lines', 'hadolint:max-lines', 'buildkit:max-lines'],
        scope: 'file',
        until: undefined,
        reason: 'generated',
      },
    ],
  ])('%s', (comment, expected) => {
    expect(readIgnoreComment(comment)).toEqual(expected);
  });

  test.each([
    '# plimsoll ignore=cache/a until=2027-6-1',
    '# plimsoll ignore=cache/a until=2027-02-30',
    '# plimsoll ignore=cache/a until=01.06.2027 -- soon',
    '# plimsoll ignore=cache/a until= -- soon',
    '#trivy:ignore:DS002 exp:2027-6-1',
  ])('%s does not hold: its end is no day, and it was to have one', (comment) => {
    expect(readIgnoreComment(comment)?.until).toBe(noDay);
  });

  test.each([
    '# a comment',
    '# plimsoll is good',
    '# hadolint shell=/bin/bash',
    '# syntax=docker/dockerfile:1',
    '# check=error=true',
  ])('%s ignores nothing', (comment) => {
    expect(readIgnoreComment(comment)).toBeUndefined();
  });

  test.each([
    '# plimsoll ignore=cache/a -- ok',
    '# plimsoll ignore=cache/a -- -',
    '# checkov:skip=CKV_DOCKER_2:no',
    '# tally ignore=DL3008;reason=n/a',
  ])('%s holds and gives no reason', (comment) => {
    expect(readIgnoreComment(comment)).toMatchObject({ scope: expect.any(String), reason: undefined });
  });

  test.each([
    ['AVD-DS-0002', 'DS002'],
    ['DS-0002', 'DS002'],
    ['ds002', 'DS002'],
    ['AVD-KSV-0117', 'KSV117'],
    ['AVD-KSV-01010', 'KSV1010'],
  ])('Trivy writes %s for %s', (written, id) => {
    expect(trivyId(written)).toBe(id);
  });
});

describe('an id names a finding', () => {
  test.each([
    ['*', true],
    ['cache/x', true],
    ['cache/*', true],
    ['hadolint:DL1', true],
    ['hadolint:dl1', true],
    ['hadolint:*', true],
    ['cache/xy', false],
    ['security/*', false],
    ['hadolint:DL10', false],
    ['buildkit:*', false],
  ])('%s: %s', (id, expected) => {
    expect(idsName([id], 'cache/x', ['hadolint:DL1'])).toBe(expected);
  });
});
