import type { Step } from '../plan.ts';
import { baseName, directoryOf, join, type Repository } from '../repository.ts';
import { isWorkspace, type NodeInstall, type NodePackage } from './node-package.ts';
import { compareVersions } from './versions.ts';

/** How the steps of a package manager read in a Dockerfile. */
export interface InstallSteps {
  /** Gets the package manager itself, where the base image does not have it. */
  readonly setup: readonly Step[];
  /** Manifests and lock files, and what else an install reads. */
  readonly manifests: readonly Step[];
  readonly install: Step;
  /** Only what runs in production. */
  readonly installProduction: Step;
  /** Takes the development dependencies off again. */
  readonly prune: Step;
  run(script: string): string;
}

/** Scripts of the project itself that npm runs as it installs. They want sources that are not there yet. */
export function lifecycleScripts(manifest: NodePackage): readonly string[] {
  return ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => {
    const line = manifest.scripts.get(name);
    return (
      line !== undefined &&
      !/^(?:husky|is-ci|npx husky|lefthook|simple-git-hooks|only-allow|npx only-allow)\b|^echo\b/.test(line)
    );
  });
}

function hasAnyLifecycle(manifest: NodePackage): boolean {
  return ['preinstall', 'install', 'postinstall', 'prepare'].some((name) => manifest.scripts.has(name));
}

/** The steps for an application, `/app` being the directory of the lock file. */
export function installSteps(
  repository: Repository,
  install: NodeInstall,
  rootManifest: NodePackage,
  nodeVersion: string,
): InstallSteps {
  const ignoreScripts = hasAnyLifecycle(rootManifest) ? ' --ignore-scripts' : '';
  const step = (comment: string, command: string): Step => ({
    kind: 'run',
    comment,
    mounts: [`type=cache,target=${cacheOf(install.tool)}`],
    commands:
      ignoreScripts !== '' && command.includes('--ignore-scripts') && install.tool === 'npm'
        ? [command, 'npm rebuild']
        : [command],
  });
  const all = `All dependencies, as ${install.lock ?? 'package.json'} has them; the cache stays on the build machine`;
  const some = 'Only what the program needs when it runs';
  return {
    setup: setupOf(install, nodeVersion),
    manifests: manifestSteps(repository, install),
    install: step(all, `${commandOf(install)}${ignoreFlag(install, ignoreScripts)}`),
    installProduction: step(
      some,
      `${commandOf(install)}${productionFlag(install)}${ignoreFlag(install, ignoreScripts)}`,
    ),
    prune: {
      kind: 'run',
      comment: 'The build is done: development dependencies go',
      ...pruneOf(install, isWorkspace(repository, install.root)),
    },
    run: (script) => `${runnerOf(install)} ${script}`,
  };
}

function ignoreFlag({ tool }: NodeInstall, flag: string): string {
  return tool === 'yarn-berry' && flag !== '' ? ' --mode=skip-build' : flag;
}

function commandOf({ tool, lock, fits }: NodeInstall): string {
  // An install that keeps to a lock file which does not fit the manifest fails.
  const keeps = lock !== undefined && fits;
  switch (tool) {
    case 'npm':
      return keeps ? 'npm ci --no-audit --no-fund' : 'npm install --no-audit --no-fund';
    case 'yarn':
      return keeps ? 'yarn install --frozen-lockfile' : 'yarn install';
    case 'yarn-berry':
      return keeps ? 'yarn install --immutable' : 'yarn install --no-immutable';
    case 'pnpm':
      return keeps ? 'pnpm install --frozen-lockfile' : 'pnpm install --no-frozen-lockfile';
    case 'bun':
      return keeps ? 'bun install --frozen-lockfile' : 'bun install';
  }
}

function productionFlag({ tool }: NodeInstall): string {
  switch (tool) {
    case 'npm':
      return ' --omit=dev';
    case 'pnpm':
      return ' --prod';
    case 'yarn-berry':
      return '';
    case 'yarn':
    case 'bun':
      return ' --production';
  }
}

function pruneOf(
  install: NodeInstall,
  ofWorkspace: boolean,
): { readonly commands: readonly string[]; readonly mounts?: readonly string[] } {
  const { tool } = install;
  switch (tool) {
    case 'npm':
      return { commands: ['npm prune --omit=dev --ignore-scripts --no-audit --no-fund'] };
    case 'pnpm':
      // `pnpm prune` knows the root alone, and leaves its members without any package. https://pnpm.io/cli/prune
      return ofWorkspace
        ? {
            commands: [`CI=true ${commandOf(install)} --prod --ignore-scripts --prefer-offline`],
            mounts: [`type=cache,target=${cacheOf(tool)}`],
          }
        : { commands: ['CI=true pnpm prune --prod --ignore-scripts'] };
    case 'yarn':
      return {
        commands: [`${commandOf(install)} --production --ignore-scripts --prefer-offline`],
        mounts: [`type=cache,target=${cacheOf(tool)}`],
      };
    case 'yarn-berry':
      return {
        commands: [`yarn workspaces focus${ofWorkspace ? ' --all' : ''} --production`],
        mounts: [`type=cache,target=${cacheOf(tool)}`],
      };
    case 'bun':
      return { commands: ['rm -rf node_modules', `${commandOf(install)} --production --ignore-scripts`] };
  }
}

function cacheOf(tool: NodeInstall['tool']): string {
  switch (tool) {
    case 'npm':
      return '/root/.npm';
    case 'yarn':
      return '/usr/local/share/.cache/yarn';
    case 'yarn-berry':
      return '/root/.yarn/berry/cache';
    case 'pnpm':
      return '/root/.local/share/pnpm/store';
    case 'bun':
      return '/root/.bun/install/cache';
  }
}

function runnerOf({ tool }: NodeInstall): string {
  return tool === 'yarn-berry' || tool === 'yarn' ? 'yarn run' : `${tool} run`;
}

/** The images of Node.js up to 24 bring Yarn 1 along; nothing else than npm is in all of them. */
function setupOf({ tool, toolVersion }: NodeInstall, nodeVersion: string): Step[] {
  const version = toolVersion?.replace(/\+.*$/, '');
  const comment = 'The package manager, in the version that wrote the lock file';
  if (tool === 'pnpm')
    return [{ kind: 'run', comment, commands: [`npm install --global pnpm@${version ?? '10.15.1'}`] }];
  if (tool === 'yarn-berry')
    return [
      { kind: 'run', comment, commands: [`npm install --global --force @yarnpkg/cli-dist@${version ?? '4.9.4'}`] },
    ];
  if (tool === 'yarn' && compareVersions(nodeVersion, '24') > 0)
    return [
      {
        kind: 'run',
        comment: 'Newer images of Node.js come without Yarn',
        commands: [`npm install --global --force yarn@${version ?? '1.22.22'}`],
      },
    ];
  return [];
}

/** What an install reads beside the manifest. */
const alsoRead = /^(?:\.npmrc|\.yarnrc|\.yarnrc\.yml|\.pnpmfile\.cjs|pnpm-workspace\.yaml|bunfig\.toml)$/;

function manifestSteps(repository: Repository, { root, lock }: NodeInstall): Step[] {
  const here = repository.files.filter((file) => directoryOf(file) === root).map(baseName);
  const files = ['package.json', ...(lock ? [lock] : []), ...here.filter((name) => alsoRead.test(name))];
  const relative = (file: string) => (root === '' ? file : file.slice(root.length + 1));
  const below = repository.files.filter((file) => root === '' || file.startsWith(`${root}/`)).map(relative);
  const steps: Step[] = [
    {
      kind: 'copy',
      comment: 'What says which packages are needed comes first: a change of the sources alone then installs nothing',
      sources: files,
      destination: './',
    },
  ];
  for (const directory of ['patches', '.yarn/patches', '.yarn/plugins', '.yarn/releases'])
    if (below.some((file) => file.startsWith(`${directory}/`)))
      steps.push({ kind: 'copy', sources: [directory], destination: `./${directory}/` });
  return steps;
}

/** The manifests of the workspace's packages: an install reads them all. */
export function workspaceManifests(repository: Repository, root: string, patterns: readonly string[]): Step[] {
  const matches = patterns.filter((pattern) => !pattern.startsWith('!')).map(patternOf);
  return repository.files
    .filter((file) => baseName(file) === 'package.json' && directoryOf(file) !== root)
    .map((file) => directoryOf(root === '' ? file : file.slice(root.length + 1)))
    .filter(
      (directory) =>
        repository.has(join(join(root, directory), 'package.json')) && matches.some((each) => each.test(directory)),
    )
    .map((directory) => ({ kind: 'copy', sources: [`${directory}/package.json`], destination: `./${directory}/` }));
}

function patternOf(pattern: string): RegExp {
  const cleaned = pattern.replace(/^\.\//, '').replace(/\/$/, '');
  const body = cleaned
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*/g, '\0')
    .replace(/\*/g, '[^/]+')
    .replaceAll('\0', '.+');
  return new RegExp(`^${body}$`);
}

/** The patterns of a workspace's packages: `workspaces` of package.json, or pnpm-workspace.yaml. */
export function workspacePatterns(repository: Repository, root: string, manifest: NodePackage): readonly string[] {
  const text = repository.read(join(root, 'pnpm-workspace.yaml'));
  if (text === undefined) return manifest.workspaces;
  const list = /^packages:\s*\n((?:\s*(?:-.*|#.*)?\n?)*)/m.exec(text)?.[1] ?? '';
  return [...list.matchAll(/^[ \t]*-\s*['"]?([^'"#\n]+?)['"]?\s*$/gm)].map(([, pattern = '']) => pattern);
}
