import { describe, expect, test } from 'vitest';
import { groupCopies, withoutRepeats } from '../../src/audit/repeats.ts';
import type { Finding } from '../../src/core/finding.ts';

function finding(path: string, line: number, message = 'Deployment web has no limit.', rule = 'config/x'): Finding {
  const place = { line, column: 1 };
  return {
    rule,
    area: 'config',
    severity: 'warning',
    message,
    why: 'why',
    remedy: 'what',
    locations: [{ path, start: place, end: place, range: { start: line, end: line + 1 } }],
    peers: [],
  };
}

describe('findings that repeat each other', () => {
  test('the same of the same place is said once', () => {
    expect(withoutRepeats([finding('a.yaml', 1), finding('a.yaml', 1), finding('a.yaml', 2)])).toHaveLength(2);
  });

  test('what two overlays make of one base is said once, whatever each calls it and holds beside it', () => {
    const elsewhere = finding('overlay.yaml', 3).locations[0];
    const renamed = finding('base.yaml', 1, 'Deployment shop-web has no limit.');
    const beside = { ...finding('base.yaml', 1), locations: [...renamed.locations, elsewhere] as const };
    expect(withoutRepeats([finding('base.yaml', 1), renamed, beside])).toEqual([finding('base.yaml', 1)]);
    expect(
      withoutRepeats([finding('base.yaml', 1), finding('base.yaml', 1, 'Deployment web has no probe.')]),
    ).toHaveLength(2);
    expect(
      withoutRepeats([finding('Dockerfile', 1), { ...renamed, ...finding('Dockerfile', 1, renamed.message) }]),
    ).toHaveLength(2);
  });

  test('copies of a manifest are one finding with several places', () => {
    const [only, ...more] = groupCopies([finding('base/a.yaml', 3), finding('release/a.yaml', 30)]);
    expect(more).toEqual([]);
    expect(only?.locations.map(({ path, start }) => `${path}:${start.line}`)).toEqual([
      'base/a.yaml:3',
      'release/a.yaml:30',
    ]);
  });

  test('another message, another rule, the same file and Dockerfiles stay apart', () => {
    const apart = [
      finding('a.yaml', 1),
      finding('b.yaml', 1, 'Deployment api has no limit.'),
      finding('c.yaml', 1, 'Deployment web has no limit.', 'config/y'),
      finding('web/Dockerfile', 1),
      finding('api/Dockerfile', 1),
    ];
    expect(groupCopies(apart)).toHaveLength(5);
    expect(groupCopies([finding('a.yaml', 1), finding('a.yaml', 9)])).toHaveLength(2);
  });
});
