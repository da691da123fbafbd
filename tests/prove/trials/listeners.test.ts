import { expect, it } from 'vitest';
import { mapInside } from '../../../src/prove/trials/internal/engine-container.ts';
import { parseListeners } from '../../../src/prove/trials/internal/listeners.ts';

it('reads listeners of both versions and no other sockets', () => {
  const tables = `  sl  local_address rem_address   st tx_queue
   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   1: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   2: 0100007F:0050 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0
  sl  local_address                         remote_address
   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000001000000:0BB9 00000000000000000000000000000000:0000 0A 00000000:00000000
`;
  expect(parseListeners(tables)).toEqual([
    { address: '127.0.0.1', port: 80 },
    { address: '[::]', port: 3000 },
    { address: '[::1]', port: 3001 },
    { address: '0.0.0.0', port: 8080 },
  ]);
});

it('reads a user as its own namespace knows it', () => {
  const map = '         0       1000          1\n         1     100000      65536\n';
  expect([1000, 100_000, 110_000, 7].map((number) => mapInside(number, map))).toEqual([0, 1, 10_001, 7]);
});
