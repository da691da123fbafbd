import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/prove.ts';
import { runCommand } from './run-command.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-prove-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('what cannot be built is named before a builder is looked for', () => {
  it.each<[string, Buffer | undefined, RegExp]>([
    ['no Dockerfile', undefined, /^there is no image to build here$/],
    ['an empty one', Buffer.alloc(0), /no image to build here: BuildKit refuses it: The file holds no instruction/],
    ['a binary one', Buffer.from([0, 1, 2, 0, 255]), /no image to build here: the file is binary/],
    ['one in UTF-16', Buffer.from('\ufeffFROM busybox\n', 'utf16le'), /no image to build here: the file is UTF-16/],
  ])('%s', async (_, content, message) => {
    if (content) writeFileSync(path.join(directory, 'Dockerfile'), content);
    await expect(runCommand(command, directory, [])).rejects.toThrow(message);
  });
});
