import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { flagValue } from '../internal/flag-lookup.ts';
import { actionOf, packageArgument, packageCommand, type ToolReader } from '../internal/tool-reader.ts';
import type { PackageAction, PackageArgument } from '../package-command.ts';

/** https://learn.microsoft.com/dotnet/core/tools/ */
const options: OptionTable = {
  short: {
    c: 'configuration',
    o: 'output',
    r: 'runtime',
    f: 'framework',
    v: 'verbosity',
    s: 'source',
    p: 'property',
    g: 'global',
    a: 'arch',
    n: 'name',
    k: 'api-key',
  },
  aliases: { Version: 'version', OutputDirectory: 'output', Source: 'source' },
  withValue: new Set([
    'configuration',
    'output',
    'runtime',
    'framework',
    'verbosity',
    'source',
    'arch',
    'os',
    'version',
    'tool-path',
    'configfile',
    'packages',
    'project',
    'package-directory',
    'version-suffix',
    'add-source',
    'logger',
    'filter',
    'lock-file-path',
    'name',
    'api-key',
  ]),
};

const actions: Readonly<Record<string, PackageAction>> = {
  restore: 'install-project',
  build: 'build',
  publish: 'build',
  pack: 'build',
  msbuild: 'build',
  test: 'run',
  vstest: 'run',
  run: 'run',
};

export const readDotnet: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(
    words.filter((word) => !/^[/-]p:/.test(word.value)),
    options,
  );
  const [first, ...rest] = operands;
  const names = rest.map((word) => word.value);
  const isTool = first?.value === 'tool' && (names[0] === 'install' || names[0] === 'update');
  const addsAt = first?.value === 'add' ? names.indexOf('package') : -1;
  const packageWords = isTool ? rest.slice(1, 2) : addsAt === -1 ? [] : rest.slice(addsAt + 1, addsAt + 2);
  const version = flagValue(flags, 'version');
  const packages = packageWords.map(
    (word): PackageArgument =>
      packageArgument(
        word,
        word.value,
        version === undefined ? {} : { version, pin: version.includes('*') ? 'range' : 'exact' },
      ),
  );
  const clears = first?.value === 'nuget' && names[0] === 'locals' && switchedOn(flags, 'clear', 'l');
  const restoresTools = first?.value === 'tool' && names[0] === 'restore';
  return packageCommand({
    ecosystem: 'nuget',
    tool,
    action: clears
      ? 'clean-cache'
      : packages.length > 0
        ? 'install'
        : restoresTools
          ? 'install-project'
          : actionOf(actions, first?.value),
    subcommand: first,
    packages,
    flags,
    noCache: switchedOn(flags, 'no-cache', 'no-http-cache'),
    frozen: switchedOn(flags, 'locked-mode'),
    global: isTool && switchedOn(flags, 'global'),
    command,
  });
};
