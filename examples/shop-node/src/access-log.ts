import { createWriteStream, mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';

type Next = () => void;

/** Writes one line a request, in the common log format. */
export function accessLog(directory: string) {
  mkdirSync(directory, { recursive: true });
  const stream = createWriteStream(path.join(directory, 'access.log'), { flags: 'a' });
  return (request: IncomingMessage, response: ServerResponse, next: Next) => {
    const started = Date.now();
    response.on('finish', () => {
      stream.write(`${new Date().toISOString()} ${request.method} ${request.url} ${response.statusCode} ${Date.now() - started}ms\n`);
    });
    next();
  };
}
