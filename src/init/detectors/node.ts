import { endOfLife } from '../../bases/end-of-life.ts';
import type { Detector, NotDecided, Place } from '../detector.ts';
import { findHealth, findInSources, findPort } from '../internal/endpoints.ts';
import { findNodeFramework, type NodeFramework } from '../internal/node-framework.ts';
import {
  type InstallSteps,
  installSteps,
  lifecycleScripts,
  workspaceManifests,
  workspacePatterns,
} from '../internal/node-install.ts';
import { type NativeNeeds, nativeNeeds } from '../internal/node-native.ts';
import {
  dependencyPlace,
  dependsOn,
  findInstall,
  type NodeInstall,
  type NodePackage,
  readNodePackage,
  scriptPlace,
} from '../internal/node-package.ts';
import { findNodeStart, type NodeStart } from '../internal/node-start.ts';
import { portOfWords, withExec, withPort } from '../internal/shell-words.ts';
import { pagesRun, pagesStage, singlePageConfiguration } from '../internal/static-server.ts';
import { type AskedVersion, type ChosenVersion, chooseVersion, fitsRange } from '../internal/versions.ts';
import { findWrittenPaths, ownedDirectories, type WrittenPaths } from '../internal/written-paths.ts';
import type { Decision, Detection, ImageStage, Question, RunPlan, Step } from '../plan.ts';
import { directoryOf, join, placeIn } from '../repository.ts';

export const detector: Detector = {
  language: 'Node.js',
  mayBe: (names) => names.has('package.json'),
  detect(place) {
    const manifest = readNodePackage(place.repository, join(place.directory, 'package.json'));
    if (manifest === undefined) return undefined;
    const framework = findNodeFramework(place, manifest);
    const facts = readFacts(place, manifest, framework);
    if (framework?.undecided) return { language: 'Node.js', undecided: framework.undecided, flag: undefined };
    if (framework?.pages) return detectPages(facts, framework.pages);
    const start = framework?.start ? fromFramework(framework.start, framework) : findNodeStart(place, manifest);
    if (start !== undefined && !start.asked && !isProgram(place, manifest, framework)) return undefined;
    if (start === undefined) return isProgram(place, manifest, framework) ? noStart(place, manifest) : undefined;
    return detectServer(facts, start);
  },
};

/** What holds for pages and servers alike. */
interface NodeFacts {
  readonly place: Place;
  readonly manifest: NodePackage;
  readonly framework: NodeFramework | undefined;
  readonly install: NodeInstall;
  readonly steps: InstallSteps;
  readonly version: ChosenVersion;
  readonly native: NativeNeeds;
  /** The script that builds, and what it is called. */
  readonly build: { readonly script: string; readonly evidence: string } | undefined;
  readonly decisions: readonly Decision[];
  readonly questions: readonly Question[];
  /** The application's directory relative to that of the lock file; '' when it is the same. */
  readonly member: string;
}

function readFacts(place: Place, manifest: NodePackage, framework: NodeFramework | undefined): NodeFacts {
  const install = findInstall(place, manifest);
  const rootManifest = readNodePackage(place.repository, join(install.root, 'package.json')) ?? manifest;
  const version = chooseNode(place, manifest);
  const native = nativeNeeds([manifest, rootManifest], install.lockText);
  const build = buildScript(manifest);
  const noLock = {
    question: 'There is no lock file: each build takes the newest packages that fit. Commit one.',
    flag: undefined,
    assumed: `${install.tool} install`,
  };
  return {
    place,
    manifest,
    framework,
    install,
    steps: installSteps(place.repository, install, rootManifest, version.version),
    version,
    native,
    build,
    decisions: [
      { topic: 'language', value: 'Node.js', evidence: manifest.path },
      ...(framework ? [{ topic: 'framework' as const, value: framework.name, evidence: framework.evidence }] : []),
      { topic: 'version', value: version.version, evidence: version.evidence },
      { topic: 'package manager', value: toolName(install), evidence: install.evidence },
      ...(native.evidence === ''
        ? []
        : [
            {
              topic: 'native dependencies' as const,
              value: [...native.compiled, ...native.libraries].join(', '),
              evidence: native.evidence,
            },
          ]),
      ...(build ? [{ topic: 'build' as const, value: build.script, evidence: build.evidence }] : []),
    ],
    questions: install.lock === undefined ? [noLock] : [],
    member: install.root === '' ? place.directory : place.directory.slice(install.root.length + 1),
  };
}

function toolName({ tool, toolVersion }: NodeInstall): string {
  const name = { npm: 'npm', yarn: 'Yarn', 'yarn-berry': 'Yarn', pnpm: 'pnpm', bun: 'Bun' }[tool];
  return toolVersion === undefined ? name : `${name} ${toolVersion.replace(/\+.*$/, '')}`;
}

/**
 * Even release lines get long-term support for thirty months. In the first half year of it packages still fail: of 26, that
 * SlowBuffer is gone broke whatever uses jsonwebtoken of before.
 */
function chooseNode(place: Place, manifest: NodePackage): ChosenVersion {
  const asked = askedNode(place, manifest);
  return chooseVersion('Node.js', asked, {
    today: place.today,
    isLongTerm: (line) => Number(line) % 2 === 0 && monthsLeft(line, place.today) <= 24,
    fits: fitsRange,
  });
}

function monthsLeft(line: string, today: string): number {
  const end = endOfLife('Node.js', line)?.date ?? today;
  return (Date.parse(end) - Date.parse(today)) / (30.4 * 24 * 3600 * 1000);
}

function askedNode(place: Place, manifest: NodePackage): AskedVersion | undefined {
  if (place.choices.version !== undefined) return { range: place.choices.version, evidence: '--runtime-version' };
  for (let directory = place.directory; ; directory = directoryOf(directory)) {
    for (const name of ['.nvmrc', '.node-version']) {
      const text = place.repository.read(join(directory, name))?.trim();
      const lts: Readonly<Record<string, string>> = { 'lts/iron': '20', 'lts/jod': '22', 'lts/krypton': '24' };
      if (text && /^(?:v?\d|lts\/(?:iron|jod|krypton))/.test(text))
        return { range: lts[text.toLowerCase()] ?? text.replace(/^v/, ''), evidence: join(directory, name) };
    }
    const tools = place.repository.read(join(directory, '.tool-versions'));
    const tool = tools === undefined ? null : /^nodejs[ \t]+(\d\S*)/m.exec(tools);
    if (tool) return { range: tool[1] ?? '', evidence: placeIn(join(directory, '.tool-versions'), tools, tool.index) };
    if (directory === '') break;
  }
  if (manifest.volta)
    return { range: manifest.volta, evidence: `volta.node (${place.place('package.json', '"volta"')})` };
  const root = readNodePackage(place.repository, 'package.json');
  const engine = manifest.engine ? manifest : root?.engine ? root : undefined;
  if (engine?.engine)
    return { range: engine.engine, evidence: `engines.node (${placeIn(engine.path, engine.text, /"node"\s*:/)})` };
  const types = manifest.devDependencies.get('@types/node') ?? manifest.dependencies.get('@types/node');
  const line = /\d+/.exec(types ?? '')?.[0];
  // Types of a version say what the sources are written for.
  return line === undefined || Number(line) % 2 === 1
    ? undefined
    : { range: line, evidence: dependencyPlace(manifest, '@types/node') };
}

function buildScript(manifest: NodePackage): NodeFacts['build'] {
  for (const name of ['heroku-postbuild', 'build', 'build:prod', 'compile'])
    if (manifest.scripts.has(name) && !/^echo\b|^exit 0/.test(manifest.scripts.get(name) ?? ''))
      return { script: name, evidence: scriptPlace(manifest, name) };
  for (const name of ['prestart:prod', 'prestart']) {
    const line = manifest.scripts.get(name);
    if (line !== undefined && /\b(?:build|tsc|webpack|compile)\b/.test(line))
      return { script: name, evidence: scriptPlace(manifest, name) };
  }
  return undefined;
}

function fromFramework(words: readonly string[], { name, evidence }: NodeFramework): NodeStart {
  return { words, variables: {}, evidence: `what ${name} builds: ${evidence}`, needsDevelopment: false, asked: true };
}

/** Whether the directory is meant to run at all: a library and the root of a workspace are not. */
function isProgram(place: Place, manifest: NodePackage, framework: NodeFramework | undefined): boolean {
  if (framework !== undefined && !/"bin"\s*:/.test(manifest.text)) return true;
  return (
    !/"bin"\s*:/.test(manifest.text) &&
    manifest.workspaces.length === 0 &&
    findInSources(place, /\.listen\(|createServer\(/) !== undefined
  );
}

function noStart(place: Place, manifest: NodePackage): NotDecided {
  return {
    language: 'Node.js',
    undecided: `${join(place.directory, 'package.json')} has no start script, and no file is called as the one that starts usually is${manifest.main ? `; main names ${manifest.main}, which is not there` : ''}.`,
    flag: '--start',
  };
}

const installed =
  'The dependencies are compiled here where they have to be: this image has a compiler, the one that ships does not';

function baseOf({ version, place, install }: NodeFacts, full: boolean): string {
  if (install.tool === 'bun') return 'oven/bun:1-slim';
  const kind = place.choices.base === 'alpine' ? '-alpine' : full ? '' : '-slim';
  return `node:${version.version}${kind}`;
}

/** Everything up to the built application. */
function buildStage(facts: NodeFacts, name: string, production: boolean): ImageStage {
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
      ...steps.setup,
      ...steps.manifests,
      ...workspaceManifests(place.repository, install.root, patterns),
      production ? steps.installProduction : steps.install,
    ],
  };
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

function buildSteps(facts: NodeFacts): Step[] {
  const { manifest, steps, build, framework, member } = facts;
  const scripts = lifecycleScripts(member === '' ? manifest : { ...manifest, scripts: new Map() }).filter(
    (name) => name !== 'preinstall',
  );
  const environment =
    framework?.name === 'Next.js' ? [{ kind: 'env' as const, variables: { NEXT_TELEMETRY_DISABLED: '1' } }] : [];
  const generated = prismaStep(facts);
  const commands = [...scripts.map((name) => steps.run(name)), ...(build ? [inMember(facts, build.script)] : [])];
  return [
    { kind: 'copy', comment: 'The sources, without what .dockerignore leaves out', sources: ['.'], destination: '.' },
    ...environment,
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

/** The client that Prisma writes from its schema. No install writes it: the schema is not there yet. */
function prismaStep({ place, manifest, install, build, member }: NodeFacts): Step | undefined {
  const names = ['@prisma/client', 'prisma'].filter((name) => dependsOn(manifest, name));
  const prefix = place.directory === '' ? '' : `${place.directory}/`;
  const schema = place.repository.files.find((file) => file.startsWith(prefix) && file.endsWith('.prisma'));
  const [name] = names;
  if (name === undefined || schema === undefined) return undefined;
  const asked = [...lifecycleScripts(manifest), ...(build ? [build.script, `pre${build.script}`] : [])];
  if (asked.some((script) => runsScript(manifest, script, /\bprisma generate\b/, 0))) return undefined;
  const runner = { npm: 'npx', yarn: 'yarn run', 'yarn-berry': 'yarn run', pnpm: 'pnpm exec', bun: 'bunx' }[
    install.tool
  ];
  const call = `${runner} prisma generate`;
  return {
    kind: 'run',
    comment: `Prisma writes its client from ${schema} (${dependencyPlace(manifest, name)})`,
    commands: [member === '' ? call : `cd ${member} && ${call}`],
  };
}

/** Whether a script, or one that it calls, has a command. */
function runsScript(manifest: NodePackage, name: string, command: RegExp, depth: number): boolean {
  const { scripts } = manifest;
  const line = scripts.get(name);
  if (line === undefined || depth > 5) return false;
  if (command.test(line)) return true;
  return [...scripts.keys()].some(
    (other) =>
      other !== name &&
      new RegExp(`(?:^|[\\s:])${other.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?=$|[\\s&;|])`).test(line) &&
      /\b(?:npm|yarn|pnpm|bun|run-[sp]|npm-run-all)\b/.test(line) &&
      runsScript(manifest, other, command, depth + 1),
  );
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

const nodeIgnores = [
  {
    comment: 'Installed and built in the image',
    patterns: [
      '**/node_modules',
      '**/dist',
      '**/build',
      '**/.next',
      '**/.nuxt',
      '**/.output',
      '**/.svelte-kit',
      '**/.turbo',
      '**/.cache',
      '**/*.tsbuildinfo',
    ],
  },
  {
    comment: 'Tests and their reports',
    patterns: ['**/coverage', '**/.nyc_output', '**/test-results', '**/playwright-report', '**/cypress/videos'],
  },
];

/** Directories that are build output elsewhere may be sources here: what git keeps is not left out. */
function ignoreGroups({ place }: NodeFacts): typeof nodeIgnores {
  const isKept = (name: string) => place.repository.files.some((file) => `/${file}`.includes(`/${name}/`));
  return nodeIgnores.map(({ comment, patterns }) => ({
    comment,
    patterns: patterns.filter((pattern) => pattern.includes('*.') || !isKept(pattern.replace('**/', ''))),
  }));
}

function detectPages(
  facts: NodeFacts,
  pages: { readonly directory: string; readonly singlePage: boolean },
): Detection | NotDecided {
  const { place, build, install, member } = facts;
  if (build === undefined)
    return {
      language: 'Node.js',
      undecided: `${facts.framework?.name} is there, and ${join(place.directory, 'package.json')} has no build script.`,
      flag: undefined,
    };
  const configuration = pages.singlePage ? singlePageConfiguration(place.directory) : undefined;
  const output = `/app/${join(member, pages.directory)}`;
  const first = buildStage(facts, 'build', false);
  const inContext = (path: string) => (install.root === '' ? path : path.slice(install.root.length + 1));
  const copy: Step = {
    kind: 'copy',
    comment: `What ${facts.framework?.name} wrote`,
    from: 'build',
    sources: [`${output}/`],
    destination: '/usr/share/nginx/html/',
  };
  return {
    language: 'Node.js',
    framework: facts.framework?.name,
    context: install.root,
    version: facts.manifest.version,
    decisions: [
      ...facts.decisions,
      { topic: 'start', value: 'nginx, port 8080', evidence: `pages for browsers in ${pages.directory}` },
    ],
    questions: facts.questions,
    stages: [
      { ...first, steps: [...first.steps, ...buildSteps(facts)] },
      pagesStage(copy, configuration && inContext(configuration.path)),
    ],
    run: pagesRun,
    ignore: ignoreGroups(facts),
    files: configuration ? [configuration] : [],
    // What the pages read of the environment is filled in when they are built.
    variables: [],
  };
}

function detectServer(facts: NodeFacts, start: NodeStart): Detection {
  const { place, framework, install, build, steps } = facts;
  const port = portOf(facts, start);
  const words = withPort(start.words, port.port) ?? ['sh', '-c', withExec(start.words.join(' '))];
  const health = findHealth(place);
  const written = findWrittenPaths(place, homeOf(facts));
  const run = runOf(facts, start, words, port, health, written);
  return {
    language: 'Node.js',
    framework: framework?.name,
    context: install.root,
    version: facts.manifest.version,
    decisions: [
      ...facts.decisions,
      { topic: 'start', value: words.join(' '), evidence: start.evidence },
      { topic: 'port', value: String(port.port), evidence: port.evidence },
      ...(health ? [{ topic: 'health' as const, value: health.path, evidence: health.evidence }] : []),
    ],
    questions: [...facts.questions, ...port.questions, ...written.questions],
    stages: withOwned(
      build || start.needsDevelopment || lifecycleScripts(facts.manifest).length > 0 || prismaStep(facts)
        ? builtStages(facts, start, steps)
        : plainStages(facts),
      ownedDirectories(written.writable, run.user, homeOf(facts)),
    ),
    run,
    ignore: ignoreGroups(facts),
    files: [],
  };
}

/** Where the program runs in the image. */
function homeOf({ member, framework }: NodeFacts): string {
  return member === '' || framework?.output ? '/app' : `/app/${member}`;
}

/** The last stage with steps behind what it copies. */
function withOwned(stages: readonly ImageStage[], steps: readonly Step[]): ImageStage[] {
  return stages.map((stage, at) =>
    at === stages.length - 1 ? { ...stage, steps: [...stage.steps, ...steps] } : stage,
  );
}

/** Nothing is built: the packages in one stage, the sources straight from the context. */
function plainStages(facts: NodeFacts): ImageStage[] {
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

function builtStages(facts: NodeFacts, start: NodeStart, steps: InstallSteps): ImageStage[] {
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
    : [
        {
          kind: 'copy',
          comment: ofRoot,
          from: 'build',
          sources: ['/app'],
          destination: '/app',
        },
      ];
  return [
    { ...first, steps: [...first.steps, ...buildSteps(facts), ...prune] },
    {
      name: undefined,
      base: baseOf(facts, false),
      comment: 'The image that ships: the runtime and what was built',
      steps: [{ kind: 'workdir', path: framework?.output ? '/app' : own }, ...librarySteps(facts), ...copies],
    },
  ];
}

interface NodePort {
  readonly port: number;
  readonly evidence: string;
  /** The program listens where PORT says. */
  readonly read: boolean;
  readonly questions: readonly Question[];
}

const localOnly = /\.listen\(\s*[^)]*['"](?:127\.0\.0\.1|localhost)['"]/;

function portOf(facts: NodeFacts, start: NodeStart): NodePort {
  const { place, framework } = facts;
  const reads = place.application?.variablesRead.filter(({ name }) => name === 'PORT') ?? [];
  const inSource = findInSources(place, /\benv(?:\.PORT\b|\[['"]PORT['"]\])/);
  const read =
    framework?.readsPort === true ||
    reads.length > 0 ||
    inSource !== undefined ||
    start.words.some((word) => word.includes('$PORT'));
  const local = findInSources(place, localOnly);
  const questions: Question[] = local
    ? [
        {
          question: `The program listens on this machine's own address only (${local.evidence}): nothing outside of its pod can reach it. Let it listen on 0.0.0.0.`,
          flag: undefined,
          assumed: undefined,
        },
      ]
    : [];
  const known =
    place.choices.port !== undefined
      ? { port: place.choices.port, evidence: '--port' }
      : knownPort(facts, start, reads);
  if (known) return { ...known, read, questions };
  const question = {
    question: 'Which port does the program listen on? Nothing in its sources tells.',
    flag: '--port',
    assumed: '3000',
  };
  return {
    port: framework?.port ?? 3000,
    evidence: framework?.port ? `the default of ${framework.name}` : 'no evidence',
    read,
    questions: framework?.port || read ? questions : [...questions, question],
  };
}

function knownPort(
  { place }: NodeFacts,
  start: NodeStart,
  reads: readonly {
    readonly fallback: string | undefined;
    readonly path: string;
    readonly range: { readonly start: number };
  }[],
) {
  const written = portOfWords(start.words) ?? (start.variables.PORT ? Number(start.variables.PORT) : undefined);
  if (written) return { port: written, evidence: start.evidence };
  const withDefault = reads.find(({ fallback }) => fallback !== undefined && /^\d{2,5}$/.test(fallback));
  if (withDefault) {
    const text = place.repository.read(withDefault.path);
    return {
      port: Number(withDefault.fallback),
      evidence: `the default of PORT (${placeIn(withDefault.path, text, withDefault.range.start)})`,
    };
  }
  return findPort(place, [
    /\bPORT['"\])]{0,3}\s*(?:\|\||\?\?|,)\s*['"]?(\d{2,5})\b/,
    /\bPORT\s*:[^\n]{0,60}?default\(\s*['"]?(\d{2,5})/,
    /\.listen\(\s*(?:\{[^}]{0,80}?port:\s*)?(\d{2,5})\b/,
    /\b(?:port|PORT)\s*(?:=|:)\s*['"]?(\d{4,5})\b/,
    /\bnormalizePort\([^)]{0,60}['"](\d{2,5})['"]/,
  ]);
}

function runOf(
  facts: NodeFacts,
  start: NodeStart,
  words: readonly string[],
  port: NodePort,
  health: RunPlan['health'],
  written: WrittenPaths,
): RunPlan {
  const { framework, place, install } = facts;
  const host = findInSources(place, /\benv\.HOST(?:NAME)?\s*(?:\|\||\?\?)\s*['"](?:localhost|127\.0\.0\.1)['"]/);
  const { PORT: _, ...variables } = start.variables;
  const environment = {
    NODE_ENV: 'production',
    ...(port.read ? { PORT: String(port.port) } : {}),
    ...(host ? { [host.match[0].includes('HOSTNAME') ? 'HOSTNAME' : 'HOST']: '0.0.0.0' } : {}),
    ...framework?.environment,
    ...variables,
  };
  const isBun = install.tool === 'bun';
  return {
    command: isBun && words[0] === 'node' ? ['bun', ...words.slice(1)] : words,
    commandEvidence: start.evidence,
    port: port.port,
    environment,
    user: 1000,
    userEvidence: `the user ${isBun ? 'bun' : 'node'} of the image`,
    writable: [
      { path: '/tmp', why: 'temporary files: uploads, and what packages unpack' },
      ...(framework?.writable ?? []),
      ...written.writable,
    ],
    health,
    ignoresTermination:
      framework?.readsPort !== true &&
      findInSources(place, /['"`]SIGTERM['"`]|enableShutdownHooks|terminus|http-terminator|lightship/) === undefined,
    startSeconds: 30,
    resources: { cpu: '100m', memory: '128Mi', memoryLimit: '512Mi' },
  };
}
