import type { CommandWord } from '../../core/command-line.ts';
import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { valueWordOf } from '../internal/flag-lookup.ts';
import {
  actionOf,
  isUrl,
  nameIsUnknown,
  packageArgument,
  packageCommand,
  type ToolReader,
  unknownPackage,
} from '../internal/tool-reader.ts';
import type { PackageAction, PackageArgument } from '../package-command.ts';

/** https://docs.conda.io/projects/conda/en/stable/commands/install.html; mamba and micromamba read the same. */
const options: OptionTable = {
  short: {
    y: 'yes',
    n: 'name',
    p: 'prefix',
    c: 'channel',
    f: 'file',
    q: 'quiet',
    a: 'all',
    t: 'tarballs',
    i: 'index-cache',
    v: 'verbose',
  },
  withValue: new Set([
    'name',
    'prefix',
    'channel',
    'file',
    'solver',
    'repodata-fn',
    'subdir',
    'platform',
    'root-prefix',
    'revision',
  ]),
  endsAfter: (operands) => operands[0]?.value === 'run' && operands.length > 1,
};

/** `conda clean -f` is another option than `conda install -f FILE`. */
const cleanOptions: OptionTable = { ...options, short: { ...options.short, f: 'force-pkgs-dirs' } };

const actions: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  create: 'install',
  update: 'upgrade',
  upgrade: 'upgrade',
  remove: 'remove',
  uninstall: 'remove',
  clean: 'clean-cache',
  run: 'run',
};

export const readConda: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, words.some((word) => word.value === 'clean') ? cleanOptions : options);
  const isEnvironment = operands[0]?.value === 'env';
  const [subcommand, ...rest] = isEnvironment ? operands.slice(1) : operands;
  const listed = actionOf(actions, subcommand?.value);
  const files = flags.flatMap((flag) =>
    flag.name === 'file' && flag.value !== undefined
      ? [packageArgument(valueWordOf(flag), flag.value, { kind: 'requirements-file', pin: 'unknown' })]
      : [],
  );
  const takesPackages = listed === 'install' || listed === 'upgrade' || listed === 'remove';
  const isProject =
    (isEnvironment || (files.length > 0 && rest.length === 0)) && (listed === 'install' || listed === 'upgrade');
  return packageCommand({
    ecosystem: 'pip',
    tool,
    action: isProject ? 'install-project' : listed,
    subcommand,
    packages: takesPackages ? [...rest.map(condaPackage), ...files] : [],
    flags,
    assumeYes:
      isEnvironment || switchedOn(flags, 'yes') || (switchedOn(flags, 'quiet') && tool !== 'conda' && tool !== 'mamba'),
    command,
  });
};

/** `name`, `name=1.2` (any 1.2.x), `name==1.2.3`, `name=1.2=build`, `channel::name>=1`. */
function condaPackage(word: CommandWord): PackageArgument {
  const { value } = word;
  if (nameIsUnknown(word)) return unknownPackage(word);
  if (isUrl(value)) return packageArgument(word, value, { kind: 'url', pin: 'unknown' });
  const spec = value.slice(value.indexOf('::') === -1 ? 0 : value.indexOf('::') + 2);
  const at = spec.search(/[=<>!~ ]/);
  if (at === -1) return packageArgument(word, spec);
  const constraint = spec.slice(at).trim();
  const name = spec.slice(0, at);
  const exact = /^==([^,*\s]+)$/.exec(constraint) ?? /^=([^=,*\s]+=[^=,*\s]+)$/.exec(constraint);
  if (exact) return packageArgument(word, name, { version: exact[1], pin: 'exact' });
  // `=1.2.3` matches 1.2.3.x too, which in practice is that one version.
  const three = /^=(\d+\.\d+\.\d+[\w.]*)$/.exec(constraint);
  if (three) return packageArgument(word, name, { version: three[1], pin: 'exact' });
  return packageArgument(word, name, { version: constraint, pin: 'range' });
}
