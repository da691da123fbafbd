import { isJsonObject, type JsonObject, parseJsonObject, textFieldsOf } from '../../core/json-object.ts';
import type { InstallInputs, ProjectFiles } from '../install-inputs.ts';
import { memberManifests } from '../internal/workspace-members.ts';
import type { PackageCommand } from '../package-command.ts';
import { readByInstallScripts } from './install-scripts.ts';

/** The files beside package.json that each tool reads when it installs, where they are there. */
const beside: Readonly<Record<string, readonly string[]>> = {
  npm: ['package-lock.json', 'npm-shrinkwrap.json', '.npmrc'],
  yarn: ['yarn.lock', '.yarnrc', '.yarnrc.yml', '.npmrc'],
  pnpm: ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', '.pnpmfile.cjs'],
  bun: ['bun.lock', 'bun.lockb', 'bunfig.toml', '.npmrc'],
};

/** Where the project is not seen: patterns that match nothing are no error beside one that does. */
const patterns: Readonly<Record<string, readonly string[]>> = {
  npm: ['package*.json'],
  yarn: ['package.json', 'yarn.lock*'],
  pnpm: ['package.json', 'pnpm-lock.yaml*'],
  bun: ['package.json', 'bun.lock*'],
};

/** Scripts that an install runs. https://docs.npmjs.com/cli/v11/using-npm/scripts#life-cycle-scripts */
const lifecycle = [
  'preinstall',
  'install',
  'postinstall',
  'preprepare',
  'prepare',
  'postprepare',
  'prepublish',
  'dependencies',
];

/** What npm, Yarn, pnpm and Bun read when they install a project. */
export function npmInputs(command: PackageCommand, files: ProjectFiles | undefined): InstallInputs | undefined {
  const { tool } = command;
  const known = Object.hasOwn(beside, tool) ? beside[tool] : undefined;
  if (known === undefined) return undefined;
  const fills = ['node_modules'];
  const isNamed = command.action === 'install';
  // Without a package.json it installs what it names, and nothing else.
  if (files === undefined && isNamed) return undefined;
  if (files === undefined)
    return {
      files: patterns[tool] ?? [],
      fills,
      questions: [
        'Does the install need nothing else of the sources (preinstall, postinstall and prepare scripts, patches, packages in the repository, an .npmrc, a schema of Prisma), and does .dockerignore keep node_modules out?',
      ],
    };
  const root = manifest(files, 'package.json');
  if (root === undefined) return undefined;
  const members = workspaceManifests(files, root, tool);
  if (members === undefined)
    return { files: [], fills, questions: [], needsSources: 'where its workspaces lie is not plain' };
  const all = [
    root,
    ...members.flatMap((path): JsonObject[] => {
      const member = manifest(files, path);
      return member ? [member] : [];
    }),
  ];
  const scripts = command.ignoreScripts ? [] : [...new Set(all.flatMap(scriptsOf))];
  const patched = scripts.length > 0 && scripts.every((text) => /^(?:npx )?patch-package$/.test(text));
  const read = command.ignoreScripts ? { files: [], directories: [] } : readByInstallScripts(files, all);
  const reason =
    all.map(localDependency).find(Boolean) ??
    (scripts.length > 0 && !patched ? `an install runs «${scripts[0]}»` : undefined) ??
    (!command.ignoreScripts && files.paths.includes('binding.gyp')
      ? 'it compiles an addon of the project'
      : undefined) ??
    read.reason ??
    (files.paths.some((path) => /^\.pnp\.c?js$/.test(path))
      ? 'the project keeps a file of Plug and Play that the install writes'
      : undefined);
  const directories = ['.yarn', 'patches'].filter(
    (name) => (name === 'patches' || tool === 'yarn') && files.paths.some((path) => path.startsWith(`${name}/`)),
  );
  return {
    files: ['package.json', ...known.filter((name) => files.paths.includes(name)), ...read.files, ...members],
    directories: [...directories, ...read.directories],
    fills:
      members.length === 0
        ? fills
        : ['node_modules', ...members.map((path) => path.replace(/package\.json$/, 'node_modules'))],
    questions: [
      ...(all.slice(1).some(({ bin }) => bin !== undefined)
        ? ['A package of the workspace has a program of its own: is it linked rightly when its file is not there yet?']
        : []),
      ...(isNamed
        ? [
            `Does anything read what ${tool} writes into package.json and the lock file when it installs packages by name? The files of the sources come over them then.`,
          ]
        : []),
    ],
    ...(reason !== undefined && { needsSources: reason }),
  };
}

function manifest(files: ProjectFiles, path: string): JsonObject | undefined {
  return parseJsonObject(files.read(path) ?? '');
}

function scriptsOf({ scripts }: JsonObject): string[] {
  const texts = textFieldsOf(scripts);
  return lifecycle.map((name) => texts.get(name)?.trim() ?? '').filter((text) => text !== '');
}

/** A dependency that lies in the repository, beside those of a workspace. */
function localDependency(packageJson: JsonObject): string | undefined {
  for (const field of [
    'dependencies',
    'devDependencies',
    'optionalDependencies',
    'peerDependencies',
    'resolutions',
    'overrides',
  ]) {
    const listed = packageJson[field];
    if (!isJsonObject(listed)) continue;
    for (const [name, version] of Object.entries(listed))
      if (typeof version === 'string' && /^(?:file|link|portal|exec|patch):|^\.{0,2}\//.test(version))
        return `${name} is taken from ${version}`;
  }
  return undefined;
}

/** The manifests of the packages of a workspace; undefined where a pattern is not one of the plain ones. */
function workspaceManifests(files: ProjectFiles, root: JsonObject, tool: string): readonly string[] | undefined {
  const listed = tool === 'pnpm' ? pnpmPatterns(files.read('pnpm-workspace.yaml') ?? '') : npmPatterns(root);
  return memberManifests(files, listed, 'package.json');
}

function npmPatterns({ workspaces }: JsonObject): readonly string[] {
  const list = Array.isArray(workspaces) ? workspaces : isJsonObject(workspaces) ? workspaces.packages : [];
  return Array.isArray(list) ? list.filter((each): each is string => typeof each === 'string') : [];
}

/** https://pnpm.io/pnpm-workspace_yaml: the items of `packages`. */
function pnpmPatterns(text: string): readonly string[] {
  const block = /^packages:[ \t]*\r?\n((?:[ \t]*(?:-[^\n]*|#[^\n]*)?(?:\n|$))*)/m.exec(text)?.[1] ?? '';
  return [...block.matchAll(/^[ \t]*-[ \t]*["']?([^"'\r\n#]+?)["']?[ \t]*(?:#.*)?\r?$/gm)].map(
    ([, item]) => item ?? '',
  );
}
