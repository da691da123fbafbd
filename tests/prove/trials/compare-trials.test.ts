import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Observation, Trial } from '../../../src/prove/trial.ts';
import { compareTrials } from '../../../src/prove/trials/compare-trials.ts';

const starts: Observation = { name: 'starts', kind: 'started', lines: ['runs and listens'], good: true };

function trial(...observations: readonly Observation[]): Trial {
  return { image: 'sha256:0', observations: [starts, ...observations], notRun: [], logs: ['last words'] };
}

function answer(...lines: readonly string[]): Observation {
  return { name: 'GET :80/', kind: 'answer', lines, good: !lines.includes('status 500') };
}

function stops(line: string): Observation {
  return { name: 'stops', kind: 'stops', lines: [line], good: !line.startsWith('killed') };
}

function user(uid: number): Observation {
  return { name: 'user', kind: 'user', lines: [`uid ${uid}`, `gid ${uid}`], good: true };
}

/** The one observation in two trials of the original and one of the repaired program. */
function verdict(one: Observation, other: Observation, repaired: Observation) {
  return compareTrials(trial(one), trial(other), trial(repaired));
}

describe('what differs between two trials of the original is noise, and nothing else', () => {
  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['a time', ['at 22:04:45'], ['at 22:04:47'], ['at 22:04:59']],
    ['the minute of a time', ['at 22:04:58'], ['at 22:04:59'], ['at 22:05:00']],
    [
      'the day of a date',
      ['Fri, 27 Nov 2026 23:59:58 GMT'],
      ['Fri, 27 Nov 2026 23:59:59 GMT'],
      ['Sat, 28 Nov 2026 00:00:01 GMT'],
    ],
    [
      'a line that is only a time',
      ['2026-11-27T22:59:12.123456'],
      ['2026-11-27T22:59:19.923456'],
      ['2026-11-27T23:00:01.000001'],
    ],
    ['a line that is only a word', ['x', 'kWq8Zr1'], ['x', 'p0aPdm4'], ['x', 'Jh3bbY0']],
    [
      'order and times',
      ['get /a in 12 ms', 'put /b in 7 ms'],
      ['put /b in 9 ms', 'get /a in 11 ms'],
      ['get /a in 8 ms', 'put /b in 31 ms'],
    ],
    ['a number', ['{', '"id":17}'], ['{', '"id":18}'], ['{', '"id":23}']],
    ['an id of hexadecimal digits', ['id 3f2a1b9c0d'], ['id 91ab37fe20'], ['id 00ffee1234']],
    [
      'a UUID, of which both have a group without a letter',
      ['x-request-id: 0f8c2a6e-7284-4d3b-9c11-5e2f0a7b9d64'],
      ['x-request-id: b1e97c02-1930-4a6f-8d25-90c4f3e1a7b8'],
      ['x-request-id: 7d20e5f1-a3f1-4b8e-b6c7-2f4d8a09e3c5'],
    ],
    ['a host', ['from 3f2a1b9c0d7e here'], ['from web-7d9f-x2k here'], ['from web-7d9f-q8z here']],
    ['a duration with another unit', ['took 980µs'], ['took 1.2ms'], ['took 1.1ms']],
    ['the order of lines', ['a', 'b', 'c'], ['c', 'a', 'b'], ['b', 'c', 'a']],
    [
      'the number of lines',
      ['begin', 'tick 1', 'end'],
      ['begin', 'tick 1', 'tick 2', 'end'],
      ['begin', 'tick 3', 'tick 4', 'end'],
    ],
  ])('%s', (_, one, other, repaired) => {
    const { verdict: said, differences, noise } = verdict(answer(...one), answer(...other), answer(...repaired));
    expect(differences).toEqual([]);
    expect(said).toBe('same');
    expect(noise.length).toBeGreaterThan(0);
  });

  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['a status', ['status 200'], ['status 200'], ['status 404']],
    ['a missing line', ['a', 'b'], ['a', 'b'], ['a']],
    ['one line more', ['a'], ['a'], ['a', 'b']],
    ['a word where a number differs', ['id 17'], ['id 18'], ['id undefined']],
    ['the text around a time', ['up at 22:04:45'], ['up at 22:04:47'], ['down at 22:04:59']],
    ['a line beside one that differs', ['at 22:04:45', 'hello'], ['at 22:04:47', 'hello'], ['at 22:04:59', 'hallo']],
    ['a number that is the same in both', ['a 1 b 7'], ['a 2 b 7'], ['a 3 b 8']],
    [
      'another line where the number of lines differs',
      ['begin', 'tick 1', 'end'],
      ['begin', 'tick 1', 'tick 2', 'end'],
      ['begin', 'error: disk full', 'end'],
    ],
    ['a line that is doubled where the order differs', ['a', 'b'], ['b', 'a'], ['a', 'a']],
  ])('no noise: %s', (_, one, other, repaired) => {
    const { verdict: said, differences } = verdict(answer(...one), answer(...other), answer(...repaired));
    expect(said).toBe('different');
    expect(differences).toHaveLength(1);
  });

  describe('tokens of which a hyphen or a stroke is chance', () => {
    // Three of a kind that share no character by more than chance, of many such: from the digits of a counter.
    const random = (seed: string, length: number, encoding: 'base64' | 'base64url') =>
      createHash('sha512').update(seed).digest(encoding).slice(0, length);
    const kinds: readonly (readonly [string, (seed: string) => string])[] = [
      [
        'a signed session',
        (seed) =>
          `set-cookie: session=eyJfZmxhc2hlcyI6W10sImNzcmYiOiJh.${random(`time ${seed}`, 6, 'base64url')}.${random(seed, 27, 'base64url')}; HttpOnly; Path=/`,
      ],
      [
        'a JSON Web Token',
        (seed) =>
          `{"token":"eyJhbGciOiJIUzI1NiJ9.${random(`a${seed}`, 60, 'base64url')}.${random(seed, 43, 'base64url')}"}`,
      ],
      [
        'a session of Express',
        (seed) =>
          `set-cookie: connect.sid=s%3A${random(`a${seed}`, 32, 'base64url')}.${encodeURIComponent(random(seed, 43, 'base64'))}; Path=/; HttpOnly`,
      ],
      ['a nonce', (seed) => `<script nonce="${random(seed, 22, 'base64')}==">`],
    ];
    it.each(kinds)('%s', (_, make) => {
      for (let at = 0; at < 300; at++) {
        const [one, other, repaired] = [make(`1 ${at}`), make(`2 ${at}`), make(`3 ${at}`)];
        expect(verdict(answer('x', one), answer('x', other), answer('x', repaired))).toMatchObject({ verdict: 'same' });
        const unlike = repaired.replace(/set-cookie: |token|script/, 'gone');
        expect(verdict(answer('x', one), answer('x', other), answer('x', unlike)).verdict).toBe('different');
      }
    });
  });

  describe('a status that differs proves nothing', () => {
    const warm = answer('status 404', 'content-type: text/html', '<h1>Not Found</h1>');
    const ready = answer('status 200', 'content-type: text/html', '<h1>Shop</h1>', '<p>12 articles</p>');
    it.each<[string, Observation]>([
      ['the first status', warm],
      ['the second', ready],
      ['another one', answer('status 401', 'content-type: text/html', '<h1>Denied</h1>', '<p>broken</p>')],
    ])('%s', (_, repaired) => {
      const { verdict: said, noise, unproved, differences, compared } = verdict(warm, ready, repaired);
      expect({ said, noise, differences, compared }).toEqual({ said: 'same', noise: [], differences: [], compared: 1 });
      expect(unproved).toEqual([
        { name: 'GET :80/', why: 'the original answers status 404 in one trial and status 200 in the other' },
      ]);
    });
    it('but that it fails is a difference', () => {
      expect(verdict(warm, ready, answer('status 500'))).toMatchObject({ verdict: 'different', compared: 2 });
    });
  });

  it('says what it masked', () => {
    expect(verdict(answer('a', 'id 17'), answer('a', 'id 18'), answer('a', 'id 19')).noise).toEqual([
      { name: 'GET :80/', what: 'line 2: «17» and «18»' },
    ]);
  });

  it('reads a line of many gaps in no time', () => {
    const letters = (letter: string) => Array.from({ length: 300 }, () => letter.repeat(3)).join(' ');
    const begun = performance.now();
    verdict(answer(letters('a')), answer(letters('b')), answer(`${'ab '.repeat(3000)}!`));
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});

describe('what is better is no difference', () => {
  it.each<[string, Observation, Observation]>([
    ['stops where the original was killed', stops('killed after 10 s'), stops('stops at the signal')],
    ['ends without an error', stops('stops at the signal with exit code 1'), stops('stops at the signal')],
    ['another user than root', user(0), user(1000)],
    ['answers where the original failed', answer('status 500'), answer('status 200')],
  ])('%s', (_, before, after) => {
    const { differences, improvements } = verdict(before, before, after);
    expect(differences).toEqual([]);
    expect(improvements).toHaveLength(1);
    expect(verdict(after, after, before).differences).toHaveLength(1);
  });

  it('a check of health that the original had not', () => {
    const check: Observation = { name: 'HEALTHCHECK', kind: 'command', lines: ['exit code 0'], good: true };
    const before = trial(answer('status 200'));
    expect(compareTrials(before, before, trial(answer('status 200'), check))).toMatchObject({
      verdict: 'same',
      improvements: [{ name: 'HEALTHCHECK' }],
    });
    const failing = { ...check, lines: ['exit code 1'], good: false };
    expect(compareTrials(before, before, trial(answer('status 200'), failing))).toMatchObject({ verdict: 'different' });
  });
});

describe('what the original fails at proves nothing', () => {
  const down: Trial = { ...trial(), observations: [{ ...starts, lines: ['ended with exit code 1'], good: false }] };

  it('when it does not start', () => {
    expect(compareTrials(down, down, down)).toMatchObject({
      verdict: 'unknown',
      why: 'the original itself fails: starts ended with exit code 1 (last words)',
    });
    expect(compareTrials(down, down, trial(answer('status 200')))).toMatchObject({
      verdict: 'unknown',
      differences: [],
    });
  });

  it('at one request among others', () => {
    const both = trial(answer('status 500', 'at line 7'), stops('stops at the signal'));
    expect(
      compareTrials(both, both, trial(answer('status 500', 'at line 9'), stops('stops at the signal'))),
    ).toMatchObject({
      verdict: 'same',
      unproved: [{ name: 'GET :80/', why: 'the original fails at it: status 500' }],
    });
  });

  it('when only one of two trials is good', () => {
    const { unproved } = compareTrials(
      trial(answer('status 200')),
      trial(answer('status 500')),
      trial(answer('status 500')),
    );
    expect(unproved).toEqual([{ name: 'GET :80/', why: 'good in only one of two trials of the original' }]);
  });

  it('but a repaired program that does not start is one difference', () => {
    const before = trial(answer('status 200'), stops('stops at the signal'));
    expect(compareTrials(before, before, down).differences).toEqual([
      {
        name: 'starts',
        message: 'runs and listens before, ended with exit code 1 after',
        before: ['runs and listens'],
        after: ['ended with exit code 1'],
      },
    ]);
  });
});

describe('a program of which only start and end are seen', () => {
  const runs: Observation = { name: 'starts', kind: 'started', lines: ['runs'], good: true };
  const silent: Observation = { name: 'listens', kind: 'listens', lines: [], good: false };
  const noPort: Observation = { name: 'GET /', kind: 'answer', lines: ['no port to ask'], good: false };
  const worker = (...more: readonly Observation[]): Trial => ({
    image: 'sha256:0',
    observations: [runs, noPort, silent, user(0), stops('stops at the signal'), ...more],
    notRun: [],
    logs: [],
  });

  it('is not proved to be the same, and nothing that it never did is said to fail', () => {
    const seen = compareTrials(worker(), worker(), worker());
    expect(seen).toMatchObject({ verdict: 'unknown', differences: [], unproved: [] });
    expect(seen.why).toMatch(/only that it starts and stops/);
  });

  it('is, when a check of its health tells', () => {
    const healthy: Observation = { name: 'HEALTHCHECK', kind: 'command', lines: ['exit code 0'], good: true };
    expect(compareTrials(worker(healthy), worker(healthy), worker(healthy)).verdict).toBe('same');
  });

  it('is different, where it does not start any more', () => {
    const ended: Trial = {
      ...worker(),
      observations: [{ ...runs, lines: ['ended with exit code 1'], good: false }],
    };
    expect(compareTrials(worker(), worker(), ended).verdict).toBe('different');
  });
});
