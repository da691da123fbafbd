import fc from 'fast-check';
import { expect, test } from 'vitest';
import { baseImage } from '../../src/bases/base-image.ts';
import { readArchive } from '../../src/ecosystems/archives.ts';
import { tracesOfRun } from '../../src/ecosystems/cleanup.ts';
import { readDownload } from '../../src/ecosystems/downloads.ts';
import { readers } from '../../src/ecosystems/internal/readers.ts';
import { readPackageCommand } from '../../src/ecosystems/package-command.ts';
import { commandsOf } from './command-of.ts';

const program = fc.constantFrom(
  ...Object.keys(readers),
  'pip3',
  'python -m pip',
  'php composer.phar',
  'corepack',
  'curl',
  'wget',
  'git',
  'tar',
  'unzip',
  'rm',
  'find',
);
const argument = fc.oneof(
  fc.constantFrom(
    'install',
    'add',
    'clean',
    'all',
    'update',
    '-y',
    '-qq',
    '--',
    '-',
    '--x=y',
    '-o',
    '-rf',
    '/var/lib/apt/lists/*',
    'a@1',
    'a==1',
    '{a,b}',
    '@',
    '=',
    '-delete',
    'cache',
    'run',
    '.',
  ),
  fc.stringMatching(/^[\w@=<>~:./*-]{0,12}$/),
);

test('any command line is read without an exception, with packages that are words of it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(program, fc.array(argument, { maxLength: 8 })), { maxLength: 4 }), (lines) => {
      const text = lines.map(([name, words]) => [name, ...words].join(' ')).join(' ; ');
      const commands = commandsOf(text);
      for (const command of commands) {
        readDownload(command);
        readArchive(command);
        for (const { word } of readPackageCommand(command)?.packages ?? []) {
          expect(word.range.start).toBeGreaterThanOrEqual(command.range.start);
          expect(word.range.end).toBeLessThanOrEqual(command.range.end);
        }
      }
      for (const trace of tracesOfRun(commands, { mounts: ['/root/.npm'] }))
        expect(trace.writtenBy.length).toBeGreaterThan(0);
    }),
    { numRuns: 3000 },
  );
});

test('any text can be asked for as an image', () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .tuple(
        fc.constantFrom('node', 'debian', 'openjdk', 'gcr.io/distroless/base', 'mcr.microsoft.com/dotnet/sdk'),
        fc.stringMatching(/^[\w.-]{0,20}$/),
      )
      .map(([name, tag]) => `${name}:${tag}`),
  );
  fc.assert(
    fc.property(text, (reference) => {
      const base = baseImage(reference);
      if (base.reference === undefined && reference.toLowerCase() !== 'scratch')
        expect(base.distribution).toBe('unknown');
      for (const { reference: lighter } of base.lighter) expect(baseImage(lighter).distribution).not.toBe('unknown');
    }),
    { numRuns: 3000 },
  );
});
