import { needsLegacyOpenSsl } from '../../ecosystems/npm/node-limits.ts';
import type { ImageStage, Step } from '../plan.ts';
import { join } from '../repository.ts';
import { calledPackageManager } from './called-programs.ts';
import type { NodeFacts } from './node-facts.ts';
import { type InstallSteps, lifecycleScripts, workspaceManifests, workspacePatterns } from './node-install.ts';
import { outputCopies } from './node-output.ts';
import { readNodePackage } from './node-package.ts';
import { prismaStep } from './node-prisma.ts';
import type { NodeStart } from './node-start.ts';

const installed =
  'The dependencies are compiled here where they have to be: this image has a compiler, the one that ships does not';

function baseOf({ version, place, install }: NodeFacts, full: boolean): string {
  if (install.tool === 'bun') return 'oven/bun:1-slim';
  const kind = place.choices.base === 'alpine' ? '-alpine' : full ? '' : '-slim';
  return `node:${version.version}${kind}`;
}

/** Everything up to the built application. */
export function buildStage(facts: NodeFacts, name: string, production: boolean): ImageStage {
  const { steps, place, install, native } = facts;
  const needsCompiler = native.compiled.length > 0;
  const alpine = place.choices.base === 'alpine';
  const tools: Step[] =
    needsCompiler && alpine
      ? [{ kind: 'run', comment: installed, commands: ['apk add --no-cache python3 make g++'] }]
      : [];
  const rootManifest = readNodePackage(place.repository, join(install.root, 'package.json'));
  const patterns = rootManifest ? workspacePatterns(place.repository, install.root, rootManifest) : [];
  return {
    name,
    base: baseOf(facts, needsCompiler),
    comment:
      needsCompiler && !alpine
        ? `${installed} (${native.evidence})`
        : `Node.js ${facts.version.version}: ${facts.version.evidence}`,
    steps: [
      { kind: 'workdir', path: '/app' },
      ...tools,
      ...librarySteps(facts),
      ...withoutBrowsers(facts, production),
      ...steps.setup,
      ...steps.manifests,
      ...workspaceManifests(place.repository, install.root, patterns),
      production ? steps.installProduction : steps.install,
    ],
  };
}

/** Tools that tests need download a browser as they are installed. */
function withoutBrowsers({ manifest }: NodeFacts, production: boolean): Step[] {
  const switches = { cypress: { CYPRESS_INSTALL_BINARY: '0' }, puppeteer: { PUPPETEER_SKIP_DOWNLOAD: 'true' } };
  const found = Object.entries(switches).flatMap(([name, variables]) =>
    manifest.devDependencies.has(name) ? [variables] : [],
  );
  if (production || found.length === 0) return [];
  return [{ kind: 'env', comment: 'Browsers for tests are not downloaded', variables: Object.assign({}, ...found) }];
}

function librarySteps({ native, place }: NodeFacts): Step[] {
  if (native.libraries.length === 0) return [];
  const comment = `Libraries that packages load as they run: ${native.evidence}`;
  if (place.choices.base === 'alpine')
    return [
      {
        kind: 'run',
        comment,
        commands: [
          `apk add --no-cache ${native.libraries.map((name) => (name === 'libpq5' ? 'libpq' : name)).join(' ')}`,
        ],
      },
    ];
  return [
    {
      kind: 'run',
      comment,
      commands: [
        'apt-get update',
        `apt-get install --yes --no-install-recommends ${native.libraries.join(' ')}`,
        'rm -rf /var/lib/apt/lists/*',
      ],
    },
  ];
}

export function buildSteps(facts: NodeFacts): Step[] {
  const { manifest, steps, build, framework, member } = facts;
  const scripts = lifecycleScripts(member === '' ? manifest : { ...manifest, scripts: new Map() }).filter(
    (name) => name !== 'preinstall',
  );
  const environment =
    framework?.name === 'Next.js' ? [{ kind: 'env' as const, variables: { NEXT_TELEMETRY_DISABLED: '1' } }] : [];
  const generated = prismaStep(facts);
  const commands = [
    ...scripts.map((name) => steps.run(name)),
    ...(build?.migrations?.kind === 'left-out' ? build.migrations.parts : build ? [inMember(facts, build.script)] : []),
  ];
  return [
    { kind: 'copy', comment: 'The sources, without what .dockerignore leaves out', sources: ['.'], destination: '.' },
    ...environment,
    ...legacyOpenSsl(facts),
    ...(generated ? [generated] : []),
    ...(commands.length > 0
      ? [
          {
            kind: 'run' as const,
            comment: build ? build.evidence : 'What the project does behind an install',
            commands,
          },
        ]
      : []),
  ];
}

function legacyOpenSsl({ install, build, version }: NodeFacts): Step[] {
  if (build === undefined || !needsLegacyOpenSsl(install.lockText, version.version)) return [];
  return [
    {
      kind: 'env',
      comment: 'webpack 4 hashes with MD4, which OpenSSL has only when it is asked for',
      variables: { NODE_OPTIONS: '--openssl-legacy-provider' },
    },
  ];
}

/** A script of a package in a workspace, with those of the workspace that it needs. */
function inMember({ steps, install, member, manifest, place }: NodeFacts, script: string): string {
  if (member === '') return steps.run(script);
  const name = manifest.name ?? `./${member}`;
  if (place.repository.has(join(install.root, 'turbo.json'))) return `npx turbo run ${script} --filter=${name}...`;
  switch (install.tool) {
    case 'npm':
      return `npm run ${script} --workspace=${member}`;
    case 'pnpm':
      return `pnpm --filter ${name}... run ${script}`;
    case 'yarn':
    case 'yarn-berry':
      return `yarn workspace ${name} run ${script}`;
    case 'bun':
      return `bun run --filter ${name} ${script}`;
  }
}

/** The package manager in the image that ships, where the sources call it; npm is in the base, and Yarn 1 in most. */
function keptManager({ place, install, steps }: NodeFacts): Step[] {
  const name = install.tool === 'yarn-berry' ? 'yarn' : install.tool;
  const called = steps.setup.length > 0 ? calledPackageManager(place, name) : undefined;
  if (called === undefined) return [];
  return steps.setup.map((step) =>
    step.kind === 'run' ? { ...step, comment: `The program calls ${name} as it runs: ${called}` } : step,
  );
}

/** Where the program runs in the image. */
export function homeOf({ member, framework }: NodeFacts): string {
  return member === '' || framework?.output ? '/app' : `/app/${member}`;
}

/** The last stage with steps behind what it copies. */
export function withOwned(stages: readonly ImageStage[], steps: readonly Step[]): ImageStage[] {
  return stages.map((stage, at) =>
    at === stages.length - 1 ? { ...stage, steps: [...stage.steps, ...steps] } : stage,
  );
}

/** Nothing is built: the packages in one stage, the sources straight from the context. */
export function plainStages(facts: NodeFacts): ImageStage[] {
  if (facts.manifest.dependencies.size === 0 && facts.member === '') return [withoutPackages(facts)];
  const first = buildStage(facts, 'dependencies', true);
  const workdir = `/app${facts.member === '' ? '' : `/${facts.member}`}`;
  return [
    first,
    {
      name: undefined,
      base: baseOf(facts, false),
      comment: 'The image that ships: the runtime, the packages, the sources',
      steps: [
        { kind: 'workdir', path: '/app' },
        ...librarySteps(facts),
        ...keptManager(facts),
        facts.member === ''
          ? { kind: 'copy', from: 'dependencies', sources: ['/app/node_modules'], destination: './node_modules' }
          : { kind: 'copy', from: 'dependencies', sources: ['/app'], destination: '/app' },
        {
          kind: 'copy',
          comment: ofRoot,
          sources: ['.'],
          destination: '.',
        },
        ...(workdir === '/app' ? [] : [{ kind: 'workdir' as const, path: workdir }]),
      ],
    },
  ];
}

function withoutPackages(facts: NodeFacts): ImageStage {
  return {
    name: undefined,
    base: baseOf(facts, false),
    comment: `Node.js ${facts.version.version}: ${facts.version.evidence}. The program needs no packages: the runtime and the sources are all`,
    steps: [
      { kind: 'workdir', path: '/app' },
      { kind: 'copy', comment: ofRoot, sources: ['.'], destination: '.' },
    ],
  };
}

const ofRoot = 'They belong to root: the program runs as another user and cannot change itself';

export function builtStages(facts: NodeFacts, start: NodeStart, steps: InstallSteps): ImageStage[] {
  const first = buildStage(facts, 'build', false);
  const { framework, member } = facts;
  const prune = framework?.selfContained || start.needsDevelopment ? [] : [steps.prune];
  const own = `/app${member === '' ? '' : `/${member}`}`;
  const copies: Step[] = framework?.output
    ? framework.output.map(({ from, to }) => ({
        kind: 'copy',
        from: 'build',
        sources: [`${own}/${from}`],
        destination: to,
      }))
    : (outputCopies(facts, start) ?? [
        {
          kind: 'copy',
          comment: ofRoot,
          from: 'build',
          sources: ['/app'],
          destination: '/app',
        },
      ]);
  return [
    { ...first, steps: [...first.steps, ...buildSteps(facts), ...prune] },
    {
      name: undefined,
      base: baseOf(facts, false),
      comment: 'The image that ships: the runtime and what was built',
      steps: [
        { kind: 'workdir', path: framework?.output ? '/app' : own },
        ...librarySteps(facts),
        ...keptManager(facts),
        ...copies,
      ],
    },
  ];
}
