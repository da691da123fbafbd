import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRealRegistry } from './real-registry.ts';

/** The real registry behind a server that counts what it gives, and gives no more than so many bytes a second to all together. */
export interface CountingRegistry {
  /** `127.0.0.1:40123`. */
  readonly host: string;
  /** Bytes of bodies that were given since the last `reset`: of blobs, and of manifests and all else. */
  readonly served: { readonly blobs: number; readonly others: number };
  /** Begins to count anew. */
  reset(): void;
  /** Bytes a second from now on; Infinity: as fast as it goes. */
  limit(bytesPerSecond: number): void;
  stop(): void;
}

/** @param port for clients that know one only; any free one otherwise */
export async function startCountingRegistry(port = 0): Promise<CountingRegistry> {
  const registry = await startRealRegistry();
  const own = registry.port;
  let served = { blobs: 0, others: 0 };
  const turn = turns();
  const server = createServer((incoming, response) => {
    void forward(incoming, response, own, async (bytes) => {
      if (incoming.method === 'GET') served[/\/blobs\/sha256:/.test(incoming.url ?? '') ? 'blobs' : 'others'] += bytes;
      await turn.take(bytes);
    }).catch(() => response.destroy());
  });
  const listening = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    host: `127.0.0.1:${listening}`,
    get served() {
      return served;
    },
    reset() {
      served = { blobs: 0, others: 0 };
    },
    limit: turn.limit,
    stop() {
      server.closeAllConnections();
      server.close();
      registry.stop();
    },
  };
}

/** Milliseconds. */
const longestWait = 500;

/** Hands out bytes one taker after the other, so that all together get the rate. */
function turns() {
  let rate = Number.POSITIVE_INFINITY;
  let free = 0;
  return {
    limit(bytesPerSecond: number) {
      rate = bytesPerSecond;
      free = 0;
    },
    async take(bytes: number) {
      if (!Number.isFinite(rate)) return;
      const now = performance.now();
      // A busy machine wakes nobody in time: what was not taken meanwhile may be had at once.
      free = Math.max(free, now - longestWait) + (bytes / rate) * 1000;
      if (free - now > 4) await sleep(free - now);
    },
  };
}

async function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  port: number,
  give: (bytes: number) => Promise<void>,
): Promise<void> {
  const { method, url, headers } = incoming;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path: url, headers }, resolve);
    asked.once('error', reject);
    incoming.pipe(asked);
  });
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  for await (const chunk of answer) {
    await give(chunk.length);
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}
