import { expect, test } from 'vitest';
import { readTimings } from '../../../src/prove/replay/build-timings.ts';

const vertex = (name: string, seconds: number, cached = false) =>
  JSON.stringify({
    vertexes: [
      {
        digest: name,
        name,
        started: '2026-01-01T00:00:00Z',
        completed: new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString(),
        cached,
      },
    ],
  });

test.each([
  ['plain', '#7 [build  3/12] RUN npm ci\n#7 2.1 added\n#7 DONE 12.3s\n#8 [4/5] COPY . .\n#8 CACHED\n'],
  [
    'rawjson',
    `${vertex('[build  3/12] RUN npm ci', 12.3)}\n${vertex('[4/5] COPY . .', 1, true)}\nnot json {\n{"vertexes":7}\n`,
  ],
  [
    'plain, with FROM and what is no step',
    '#1 [internal] load build definition\n#1 DONE 0.1s\n#2 [1/5] FROM a\n#2 DONE 9s\n#7 [3/12] RUN npm   ci\r\n#7 DONE 12.3s\r\n',
  ],
])('%s', (_, log) => {
  expect([...readTimings(log)]).toEqual([['RUN npm ci', 12.3]]);
});

test('a log of anything else tells nothing', () => {
  expect(readTimings('').size + readTimings('{').size + readTimings(`[${' '.repeat(50_000)}`).size).toBe(0);
});
