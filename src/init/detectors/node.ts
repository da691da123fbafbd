import { posix } from 'node:path';
import { terminationHandlers } from '../../project/handles-termination.ts';
import type { Detector, NotDecided, Place } from '../detector.ts';
import type { InImage } from '../internal/computed-paths.ts';
import { findHealth, findInSources } from '../internal/endpoints.ts';
import { type NodeFacts, readFacts } from '../internal/node-facts.ts';
import { findNodeFramework, type NodeFramework, type Pages } from '../internal/node-framework.ts';
import { ignoreGroups } from '../internal/node-ignores.ts';
import { lifecycleScripts } from '../internal/node-install.ts';
import { type NodePackage, readNodePackage } from '../internal/node-package.ts';
import { type NodePort, portOf } from '../internal/node-port.ts';
import { prismaStep } from '../internal/node-prisma.ts';
import { buildStage, buildSteps, builtStages, homeOf, plainStages, withOwned } from '../internal/node-stages.ts';
import { findNodeStart, type NodeStart, startsSeveral } from '../internal/node-start.ts';
import { withExec, withPort } from '../internal/shell-words.ts';
import { otherConfiguration, pagesConfiguration, pagesRun, pagesStage } from '../internal/static-server.ts';
import { findWrittenPaths, ownedDirectories, type WrittenPaths } from '../internal/written-paths.ts';
import type { Detection, Question, RunPlan, Step } from '../plan.ts';
import { join, placeIn } from '../repository.ts';

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
  ask(place) {
    const manifest = readNodePackage(place.repository, join(place.directory, 'package.json'));
    return manifest && ofPrograms(place, manifest);
  },
};

const mostFiles = 400;

/** The programs of a package that opens a port as its user calls it, as a server for developers does. */
function ofPrograms({ repository }: Place, manifest: NodePackage): NotDecided | undefined {
  const [first] = manifest.programs;
  if (first === undefined || manifest.scripts.has('start')) return undefined;
  const [, file] = first;
  const serves = repository.files
    .filter((path) => /\.[cm]?[jt]s$/.test(path) && !notOfProgram.test(path))
    .slice(0, mostFiles)
    .some((path) => /\.listen\(|\bcreateServer\(/.test(repository.read(path) ?? ''));
  if (!serves) return undefined;
  const names = [...manifest.programs.keys()];
  const place = placeIn(manifest.path, manifest.text, '"bin"');
  return {
    language: 'Node.js',
    undecided: `The package makes ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''} (${place}), and no script starts it; say with which words it serves: --start '${callOf(file)} …', and where: --port.`,
    flag: '--start',
  };
}

/** A script of another shell starts itself. */
function callOf(file: string): string {
  const path = file.replace(/^\.\//, '');
  return /\.(?!(?:[cm]?js)$)\w+$/.test(path) ? `./${path}` : `node ${path}`;
}

/** What no program of the repository runs in production. */
const notOfProgram =
  /(?:^|\/)(?:node_modules|tests?|__tests__|spec|e2e|examples?|docs?|dist|fixtures?)\/|\.(?:test|spec|d)\.[cm]?[jt]s$/;

function fromFramework(words: readonly string[], { name, evidence }: NodeFramework): NodeStart {
  return { words, variables: {}, evidence: `what ${name} builds: ${evidence}`, needsDevelopment: false, asked: true };
}

/** `js/showdown-2.1.0.js` */
const isCopyOfLibrary = /-v?\d+\.\d+(?:\.\d+)?(?:\.min)?\.js$/;

/** Whether the directory is meant to run at all: a library and the root of a workspace are not. */
function isProgram(place: Place, manifest: NodePackage, framework: NodeFramework | undefined): boolean {
  if (framework !== undefined && manifest.programs.size === 0) return true;
  return (
    manifest.programs.size === 0 &&
    manifest.workspaces.length === 0 &&
    place.sources().some(({ path, text }) => !isCopyOfLibrary.test(path) && /\.listen\(|createServer\(/.test(text))
  );
}

function noStart(place: Place, manifest: NodePackage): NotDecided {
  return {
    language: 'Node.js',
    undecided: `${join(place.directory, 'package.json')} has no start script, and no file is called as the one that starts usually is${manifest.main ? `; main names ${manifest.main}, which is not there` : ''}.`,
    flag: '--start',
  };
}

function detectPages(facts: NodeFacts, pages: Pages): Detection | NotDecided {
  const { place, build, install, member } = facts;
  if (build === undefined)
    return {
      language: 'Node.js',
      undecided: `${facts.framework?.name} is there, and ${join(place.directory, 'package.json')} has no build script.`,
      flag: undefined,
    };
  const configuration = pagesConfiguration(place, pages.fallback);
  // A build may write beside its own directory.
  const output = posix.normalize(`/app/${join(member, pages.directory)}`);
  const first = buildStage(facts, 'build', false);
  const inContext = (file: string) => (install.root === '' ? file : file.slice(install.root.length + 1));
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
    questions: [...facts.questions, ...otherConfiguration(place)],
    stages: [
      { ...first, steps: [...first.steps, ...buildSteps(facts)] },
      pagesStage(copy, inContext(configuration.path)),
    ],
    run: pagesRun,
    ignore: ignoreGroups(facts),
    files: [configuration],
    // What the pages read of the environment is filled in when they are built.
    variables: [],
  };
}

/** Sources lie in the image as they do here where one of them is what is started. */
function imageOf(facts: NodeFacts, { words }: NodeStart): InImage {
  const { install, place, framework } = facts;
  const isSource = words.some((word) => place.has(word.replace(/^\.\//, '')));
  return {
    home: homeOf(facts),
    top: '/app',
    directory: install.root,
    isCompiled: framework?.output !== undefined || !isSource,
  };
}

/** All that scripts other than the start do: what they run is no part of the running program. */
function buildLine({ manifest, build }: NodeFacts): string {
  if (build === undefined) return '';
  return [...manifest.scripts]
    .flatMap(([name, line]) => (/^(?:pre|post)?(?:start|dev)/.test(name) ? [] : [line]))
    .join(' ; ');
}

/** With the file that is started among the sources: a name such as `bin/serve` tells nobody that it is one. */
function withStarted(found: NodeFacts, { words }: NodeStart): NodeFacts {
  const { place } = found;
  const own = words.map((word) => word.replace(/^\.\//, '')).find((word) => place.has(word) && !/\.\w+$/.test(word));
  const text = own === undefined ? undefined : place.read(own);
  if (own === undefined || text === undefined) return found;
  const started = { path: join(place.directory, own), text };
  if (place.sources().some(({ path }) => path === started.path)) return found;
  return { ...found, place: { ...place, sources: () => [started, ...place.sources()] } };
}

/** Started side by side in one container, the one that fails is not noticed, and each is scaled with the other. */
function severalPrograms({ words, evidence }: NodeStart): Question[] {
  const line = words.join(' ');
  if (!startsSeveral.test(line)) return [];
  return [
    {
      question: `The start runs several programs side by side (${evidence}): when one of them ends, Kubernetes does not learn of it, and what watches sources for developers has no place in production. Say which one the image starts.`,
      flag: '--start',
      assumed: line,
    },
  ];
}

function detectServer(found: NodeFacts, start: NodeStart): Detection {
  const facts = withStarted(found, start);
  const { place, framework, install, build, steps } = facts;
  const port = portOf(facts, start);
  const words = withPort(start.words, port.port) ?? ['sh', '-c', withExec(start.words.join(' '))];
  const health = findHealth(place);
  const written = findWrittenPaths(place, imageOf(facts, start), { build: buildLine(facts) });
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
    questions: [...facts.questions, ...severalPrograms(start), ...port.questions, ...written.questions],
    stages: withOwned(
      build || start.needsDevelopment || lifecycleScripts(facts.manifest).length > 0 || prismaStep(facts)
        ? builtStages(facts, start, steps)
        : plainStages(facts),
      ownedDirectories(written.writable, run.user, '/app'),
    ),
    run,
    ignore: ignoreGroups(facts),
    files: [],
  };
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
    ...port.environment,
    ...(host ? { [host.match[0].includes('HOSTNAME') ? 'HOSTNAME' : 'HOST']: '0.0.0.0' } : {}),
    ...framework?.environment,
    ...written.environment,
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
    ignoresTermination: framework?.readsPort !== true && findInSources(place, terminationHandlers.node) === undefined,
    startSeconds: 30,
    resources: { cpu: '100m', memory: '128Mi', memoryLimit: '512Mi' },
  };
}
