import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askOnline } from '../../src/cli/ask-online.ts';
import { loadProject } from '../../src/project/load-project.ts';

/** Standard error of a run in which every server fails for this reason, and what was asked. */
async function ask(text: string, reason: string) {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url);
    return Promise.reject(new Error(reason));
  });
  let stderr = '';
  const project = await loadProject({ kind: 'bytes', name: 'Dockerfile', bytes: new TextEncoder().encode(text) }, {});
  await askOnline(
    project,
    { digests: new Map(), versionTags: new Map(), releases: new Map(), checksums: new Map() },
    {
      version: '0.0.0-test',
      cwd: '/',
      environment: { DOCKER_CONFIG: '/nonexistent' },
      stdin: Object.assign(Readable.from([]), { isTTY: false }),
      stdout: { isTTY: false, columns: 100, write: () => undefined },
      stderr: {
        isTTY: false,
        write: (part: string) => {
          stderr += part;
        },
      },
    },
  );
  return { stderr, asked };
}

describe('what is said of servers that tell nothing', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('has no escapes for a terminal, whatever a file or a server says', async () => {
    const { stderr, asked } = await ask(
      'FROM scratch\nADD https://example.com/1.4/a\u001b]0;pwned\u0007\u001b[31mRED /x\nADD https://example.com/1.4/tool /t\n',
      'bad \u001b[31mserver\nplimsoll: done',
    );
    expect(asked).toEqual(['https://example.com/1.4/tool']);
    expect(stderr).toBe('plimsoll: https://example.com/1.4/tool: no checksum: bad \\x1b[31mserver\\nplimsoll: done\n');
  });

  it('shows no address with a query', async () => {
    const { stderr, asked } = await ask(
      'FROM scratch\nADD https://example.com/1.4/tool?key=Kj8sd0QvT2nW5xYb9 /t\n',
      'no',
    );
    expect([stderr, asked]).toEqual(['', []]);
  });
});
