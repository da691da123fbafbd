import { baseImage } from '../../bases/base-image.ts';
import { runTimeImage } from '../../bases/run-time-image.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import type { Application } from '../../project/application.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { buildsOf } from '../../project/project.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { usesPrisma } from '../uses-prisma.ts';
import { applicationPlaces } from './application-places.ts';
import type { Planned, SplitPlan, SplitSubject } from './split-plan.ts';
import { programNeeds } from './split-stage.ts';
import type { RunStep } from './stage-steps.ts';

const tools =
  /^(?:npm|npx|yarn|yarnpkg|pnpm|node|corepack|bower|gulp|grunt|webpack|ng|tsc|next|nuxt|vite|rollup|ember|gatsby|lerna|turbo|nx|prisma|node-gyp)$/;

/**
 * A program of Node.js: the application with what is installed on the slim image of the same release. The packages for development
 * are left out where package.json tells that the start needs none; a Next.js that says standalone ships that alone.
 */
export function planNode(subject: SplitSubject): Planned {
  const { dockerfile, stage, runs } = subject;
  const image = baseImageOf(stage);
  if (image.runtime?.name !== 'node' || image.reference === undefined || image.distribution === 'windows')
    return undefined;
  const commands = runs
    .flatMap((step) => step.commands)
    .filter(({ command }) => isTool(command.name) && !isGlobal(command));
  if (commands.length === 0) return undefined;
  const base = runTimeImage(image.reference.text)?.reference ?? image.reference.text;
  const places = applicationPlaces(dockerfile, subject, commands);
  const isScattered = commands.some((placed) => [undefined, '/'].includes(directoryOf(dockerfile, placed)));
  if (places === undefined || isScattered) return { refusal: 'the application lies in a directory of the system' };
  const [place] = places;
  const application = applicationOf(subject);
  const left = ['/usr/local/share/.cache', '/usr/local/lib/node_modules/npm', '/home/node/.npm', '/root'];
  const needsOpenSsl = baseImage(base).packageManager === 'apt' && usesPrisma(subject.project, dockerfile);
  const shared = {
    base,
    ...(needsOpenSsl && { packages: ['openssl'] }),
    left,
    fetchedByBuild: false,
    repeats: installsForAll,
    knows: ({ command }: PlacedCommand) =>
      (isTool(command.name) && !installsProgram(command)) || command.nameWord.value.includes('node_modules/'),
  } satisfies Partial<SplitPlan>;
  const lacks = 'compilers, Python, git, curl and the libraries of the full image';
  if (place !== undefined && places.length === 1 && isStandalone(subject, application, commands))
    return {
      ...shared,
      title: `Build in a stage of its own and ship what Next.js needs on ${base}`,
      copied: [],
      copiedTo: [
        ...(hasPublic(subject) ? [[`${place}/public`, `${place}/public`] as const] : []),
        [`${place}/.next/standalone`, place],
        [`${place}/.next/static`, `${place}/.next/static`],
      ],
      left: [...left, ...places],
      settings: ['ENV NODE_ENV=production HOSTNAME=0.0.0.0'],
      command: 'CMD ["node", "server.js"]',
      assumptions: [programNeeds(lacks, stage, 'the standalone output and its static files')],
    };
  const prune = pruning(subject, application, commands);
  return {
    ...shared,
    title: `Build in a stage of its own and ship ${places.join(' and ')} on ${base}`,
    copied: places,
    ...(prune !== undefined && { tail: [prune] }),
    assumptions: [
      programNeeds(lacks, stage, places.join(' and ')),
      ...(prune === undefined
        ? []
        : [
            {
              statement: 'Nothing that is only in devDependencies is needed to run.',
              state: 'unknown' as const,
              question:
                'Does the program load a package of devDependencies when it runs? They are pruned behind the build.',
            },
          ]),
    ],
  };
}

function isTool(name: string): boolean {
  return tools.test(name);
}

function isGlobal(command: PlacedCommand['command']): boolean {
  const read = readPackageCommand(command);
  return (
    read?.ecosystem === 'npm' && (read.global || read.action === 'clean-cache' || read.subcommand?.value === 'config')
  );
}

/** A global install of something that the container may start; npm and its sisters are in the image. */
function installsProgram(command: PlacedCommand['command']): boolean {
  const read = readPackageCommand(command);
  return read?.global === true && !read.packages.every(({ name }) => /^(?:npm|yarn|pnpm|node-gyp)$/.test(name));
}

/** npm install -g and settings of npm alone. */
function installsForAll({ commands }: RunStep): boolean {
  return (
    commands.some(({ command }) => readPackageCommand(command)?.global === true) &&
    commands.every(({ command }) => isGlobal(command) || /^(?:set|true|echo|corepack)$/.test(command.name))
  );
}

function applicationOf({ project, dockerfile }: SplitSubject): Application | undefined {
  const directories = buildsOf(project, dockerfile).flatMap(({ context }) => context?.directory ?? []);
  return project.applications.find(({ language, directory }) => language === 'node' && directories.includes(directory));
}

function isStandalone(
  { project }: SplitSubject,
  application: Application | undefined,
  commands: readonly PlacedCommand[],
): boolean {
  if (application === undefined || !commands.some(isBuildScript)) return false;
  const prefix = application.directory === '' ? '' : `${application.directory}/`;
  const has = (name: string) => project.artifacts.get(prefix + name) ?? project.readFile?.(prefix + name);
  return ['next.config.js', 'next.config.mjs', 'next.config.ts'].some((name) =>
    /output\s*:\s*['"]standalone['"]/.test(has(name)?.text ?? ''),
  );
}

function hasPublic({ project, dockerfile }: SplitSubject): boolean {
  return buildsOf(project, dockerfile).some(({ context }) =>
    context?.listing.entries.some(({ path }) => path.startsWith('public/')),
  );
}

/** `npm run build`, `yarn build`. */
export function isBuildScript({ command }: Pick<PlacedCommand, 'command'>): boolean {
  const words = command.arguments.map(({ value }) => value);
  if (/^(?:npm|yarn|pnpm)$/.test(command.name))
    return words.some(
      (word, at) =>
        /^(?:build|compile|dist|bundle)(?:$|[:-])/.test(word) &&
        (at === 0
          ? command.name !== 'npm'
          : /^run(?:-script)?$/.test(words[0] ?? '') || words[0]?.startsWith('-') === true),
    );
  return (
    /^(?:tsc|webpack|ng|gulp|grunt|rollup)$/.test(command.name) ||
    (command.name === 'npx' && words.some((word) => /^(?:tsc|webpack|ng|vite|next|rollup|esbuild)$/.test(word)))
  );
}

/** The command that takes the packages for development away again; only where package.json tells that the start does without. */
function pruning(
  { dockerfile, program }: SplitSubject,
  application: Application | undefined,
  commands: readonly PlacedCommand[],
): string | undefined {
  const manifest = application?.manifests.get('package.json')?.text;
  const install = commands.find(({ command }) => readPackageCommand(command)?.action === 'install-project');
  const read = install && readPackageCommand(install.command);
  if (manifest === undefined || install === undefined || read === undefined || read.omitDevelopment) return undefined;
  if (
    !/"devDependencies"\s*:\s*\{\s*"/.test(manifest) ||
    environmentAt(dockerfile, install.instruction).get('NODE_ENV') === 'production'
  )
    return undefined;
  const start = /"start"\s*:\s*"node\s/.test(manifest);
  const isNode =
    program?.[0] === 'node' ||
    (/^(?:npm|yarn|pnpm)$/.test(program?.[0] ?? '') && program?.includes('start') === true && start);
  if (!isNode) return undefined;
  if (read.tool === 'npm') return 'RUN npm prune --omit=dev';
  return read.tool === 'pnpm' ? 'RUN pnpm prune --prod' : undefined;
}
