import { type OptionTable, readOptions, switchedOn } from '../internal/command-options.ts';
import { flagValues } from '../internal/flag-lookup.ts';
import { actionOf, packageCommand, type ToolReader } from '../internal/tool-reader.ts';
import type { CommandFlag, PackageAction } from '../package-command.ts';
import { optionPackages, pipPackage } from './pip-package.ts';
import { pipCommand, pipOptions } from './read-pip.ts';

/** https://docs.astral.sh/uv/reference/cli/ */
const uvOptions: OptionTable = {
  ...pipOptions,
  short: { ...pipOptions.short, n: 'no-cache' },
  withValue: new Set([
    ...pipOptions.withValue,
    'directory',
    'project',
    'config-file',
    'package',
    'no-group',
    'only-group',
    'with',
    'with-requirements',
    'env-file',
    'output-file',
    'allow-insecure-host',
    'no-install-package',
    'index-strategy',
    'prerelease',
    'python-preference',
    'color',
  ]),
  endsAfter: (operands) => operands[0]?.value === 'run' && operands.length > 1,
};

const uvPip: Readonly<Record<string, PackageAction>> = { install: 'install', uninstall: 'remove', sync: 'install' };
const uvActions: Readonly<Record<string, PackageAction>> = {
  sync: 'install-project',
  add: 'install',
  remove: 'remove',
  run: 'run',
  build: 'build',
  cache: 'other',
  lock: 'other',
};

export const readUv: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, uvOptions);
  const [first, ...rest] = operands;
  if (first?.value === 'pip') {
    const at = words.indexOf(first);
    const read = pipCommand(tool, [...words.slice(0, at), ...words.slice(at + 1)], command, uvPip);
    if (read.subcommand?.value !== 'sync') return read;
    return {
      ...read,
      action: 'install-project',
      packages: read.packages.map((each) => ({ ...each, kind: 'requirements-file' as const })),
    };
  }
  const isTool = first?.value === 'tool' && (rest[0]?.value === 'install' || rest[0]?.value === 'uninstall');
  const cleans = first?.value === 'cache' && ['clean', 'prune'].includes(rest[0]?.value ?? '');
  const listed = isTool ? (rest[0]?.value === 'install' ? 'install' : 'remove') : actionOf(uvActions, first?.value);
  const names = isTool ? rest.slice(1) : listed === 'install' || listed === 'remove' ? rest : [];
  return packageCommand({
    ecosystem: 'pip',
    tool,
    action: cleans ? 'clean-cache' : listed,
    subcommand: first,
    packages: [...names.map(pipPackage), ...(listed === 'install' ? optionPackages(flags) : [])],
    flags,
    noCache: switchedOn(flags, 'no-cache', 'no-cache-dir'),
    omitDevelopment: switchedOn(flags, 'no-dev') || flagValues(flags, 'no-group').includes('dev'),
    frozen: switchedOn(flags, 'frozen', 'locked', 'require-hashes'),
    global: isTool,
    command,
  });
};

/** https://python-poetry.org/docs/cli/ */
const poetryOptions: OptionTable = {
  short: {
    n: 'no-interaction',
    C: 'directory',
    P: 'project',
    q: 'quiet',
    v: 'verbose',
    E: 'extras',
    f: 'format',
    o: 'output',
    D: 'dev',
    G: 'group',
  },
  withValue: new Set([
    'directory',
    'project',
    'extras',
    'format',
    'output',
    'only',
    'without',
    'with',
    'group',
    'python',
    'source',
  ]),
  endsAfter: (operands) => operands[0]?.value === 'run' && operands.length > 1,
};

const poetryActions: Readonly<Record<string, PackageAction>> = {
  install: 'install-project',
  sync: 'install-project',
  add: 'install',
  update: 'upgrade',
  remove: 'remove',
  build: 'build',
  run: 'run',
};

export const readPoetry: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, poetryOptions);
  const [subcommand, ...rest] = operands;
  const listed = actionOf(poetryActions, subcommand?.value);
  const cleans = subcommand?.value === 'cache' && rest[0]?.value === 'clear';
  const takesPackages = listed === 'install' || listed === 'upgrade' || listed === 'remove';
  return packageCommand({
    ecosystem: 'pip',
    tool,
    action: cleans ? 'clean-cache' : listed,
    subcommand,
    packages: takesPackages ? rest.map(pipPackage) : [],
    flags,
    assumeYes: switchedOn(flags, 'no-interaction'),
    noCache: switchedOn(flags, 'no-cache'),
    omitDevelopment: poetryOmitsDevelopment(flags),
    command,
  });
};

function poetryOmitsDevelopment(flags: readonly CommandFlag[]): boolean {
  const without = flagValues(flags, 'without').flatMap((value) => value.split(','));
  return (
    switchedOn(flags, 'no-dev', 'only-root') ||
    without.includes('dev') ||
    flagValues(flags, 'only').some((value) => !value.split(',').includes('dev'))
  );
}

/** https://pipenv.pypa.io/en/latest/cli.html */
const pipenvOptions: OptionTable = {
  short: { d: 'dev', r: 'requirement', e: 'editable', i: 'index-url', v: 'verbose', q: 'quiet', c: 'categories' },
  aliases: { requirements: 'requirement', index: 'index-url', pypi: 'pypi-mirror' },
  withValue: new Set([
    'requirement',
    'editable',
    'index-url',
    'python',
    'pypi-mirror',
    'extra-pip-args',
    'categories',
    'lock-file',
  ]),
  endsAfter: (operands) => operands[0]?.value === 'run' && operands.length > 1,
};

const pipenvActions: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  sync: 'install-project',
  update: 'upgrade',
  upgrade: 'upgrade',
  uninstall: 'remove',
  run: 'run',
};

export const readPipenv: ToolReader = (tool, words, command) => {
  const { flags, operands } = readOptions(words, pipenvOptions);
  const [subcommand, ...rest] = operands;
  const listed = actionOf(pipenvActions, subcommand?.value);
  const packages =
    listed === 'install' || listed === 'remove' ? [...rest.map(pipPackage), ...optionPackages(flags)] : [];
  const isProject = listed === 'install' && packages.every((each) => each.kind === 'requirements-file');
  return packageCommand({
    ecosystem: 'pip',
    tool,
    action: isProject ? 'install-project' : listed,
    subcommand,
    packages,
    flags,
    omitDevelopment: !switchedOn(flags, 'dev'),
    frozen: subcommand?.value === 'sync' || switchedOn(flags, 'deploy', 'ignore-pipfile'),
    command,
  });
};
