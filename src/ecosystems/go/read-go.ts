import type { CommandWord } from '../../core/command-line.ts';
import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import {
  actionOf,
  isPath,
  nameIsUnknown,
  packageArgument,
  packageCommand,
  type ToolReader,
  unknownPackage,
} from '../internal/tool-reader.ts';
import type { PackageAction, PackageArgument } from '../package-command.ts';

/** https://pkg.go.dev/cmd/go */
const options: OptionTable = {
  short: {},
  withValue: new Set([
    'C',
    'o',
    'p',
    'asmflags',
    'buildmode',
    'compiler',
    'gccgoflags',
    'gcflags',
    'installsuffix',
    'ldflags',
    'mod',
    'modfile',
    'overlay',
    'pkgdir',
    'tags',
    'toolexec',
    'exec',
    'pgo',
    'run',
    'timeout',
    'count',
    'coverprofile',
    'covermode',
  ]),
  singleDashWords: true,
  endsAfter: (operands) => operands[0]?.value === 'run' && operands.length > 1,
};

const actions: Readonly<Record<string, PackageAction>> = {
  get: 'install',
  install: 'install',
  build: 'build',
  generate: 'build',
  run: 'run',
  test: 'run',
  vet: 'run',
  clean: 'other',
};

export const readGo: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, options);
  const [subcommand, ...rest] = operands;
  const listed = actionOf(actions, subcommand?.value);
  const ran = subcommand?.value === 'run' && rest[0]?.value.includes('@') ? rest.slice(0, 1) : [];
  const packages = (listed === 'install' ? rest : ran).map(goPackage);
  return packageCommand({
    ecosystem: 'go',
    tool,
    action: goAction(subcommand?.value, listed, rest, packages, switchedOn(flags, 'modcache', 'cache')),
    subcommand,
    packages,
    flags,
    frozen: flags.some((flag) => flag.name === 'mod' && (flag.value === 'readonly' || flag.value === 'vendor')),
    global: subcommand?.value === 'install' && packages.some((each) => each.kind === 'registry'),
    command,
  });
};

function goAction(
  name: string | undefined,
  listed: PackageAction,
  rest: readonly CommandWord[],
  packages: readonly PackageArgument[],
  cleansCache: boolean,
): PackageAction {
  if (name === 'mod')
    return ['download', 'vendor', 'tidy'].includes(rest[0]?.value ?? '') ? 'install-project' : 'other';
  if (name === 'clean' && cleansCache) return 'clean-cache';
  // `go install ./...` compiles the project; `go get ./...` or `go get -d` fetches what it needs.
  if (listed !== 'install' || packages.some((each) => each.kind !== 'directory')) return listed;
  return name === 'install' ? 'build' : 'install-project';
}

/** `module/path@v1.2.3`, `@latest`, `@branch`; `./...` is the project itself. */
function goPackage(word: CommandWord): PackageArgument {
  const { value } = word;
  if (nameIsUnknown(word)) return unknownPackage(word);
  const at = value.indexOf('@');
  if (isPath(value) || value === './...' || value === 'all' || value === '...')
    return packageArgument(word, value, { kind: 'directory' });
  if (at === -1) return packageArgument(word, value);
  const version = value.slice(at + 1);
  const pin =
    /^v\d+\.\d+\.\d+/.test(version) || /^[0-9a-f]{40}$/.test(version) || version.startsWith('$') ? 'exact' : 'moving';
  return packageArgument(word, value.slice(0, at), { version, pin });
}
