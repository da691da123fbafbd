import type { Place } from '../detector.ts';
import type { Decision, Question } from '../plan.ts';
import { join } from '../repository.ts';
import type { NodeFramework } from './node-framework.ts';
import { type InstallSteps, installSteps } from './node-install.ts';
import { type NativeNeeds, nativeNeeds } from './node-native.ts';
import { findInstall, type NodeInstall, type NodePackage, readNodePackage, scriptPlace } from './node-package.ts';
import { chooseNode } from './node-version.ts';
import type { ChosenVersion } from './versions.ts';

/** The script that builds. */
export interface NodeBuild {
  readonly script: string;
  readonly evidence: string;
  /** What runs in its place: it without the steps that change a database, which no build of an image reaches. */
  readonly parts?: readonly string[];
  /** Those steps, as they are written. */
  readonly left?: readonly string[];
}

/** What holds for pages and servers alike. */
export interface NodeFacts {
  readonly place: Place;
  readonly manifest: NodePackage;
  readonly framework: NodeFramework | undefined;
  readonly install: NodeInstall;
  readonly steps: InstallSteps;
  readonly version: ChosenVersion;
  readonly native: NativeNeeds;
  readonly build: NodeBuild | undefined;
  readonly decisions: readonly Decision[];
  readonly questions: readonly Question[];
  /** The application's directory relative to that of the lock file; '' when it is the same. */
  readonly member: string;
}

export function readFacts(place: Place, manifest: NodePackage, framework: NodeFramework | undefined): NodeFacts {
  const install = findInstall(place, manifest);
  const rootManifest = readNodePackage(place.repository, join(install.root, 'package.json')) ?? manifest;
  const version = chooseNode(place, manifest, install.lockText);
  const native = nativeNeeds([manifest, rootManifest], install.lockText);
  const script = buildScript(manifest);
  const build =
    script && (install.root === place.directory ? withoutMigrations(manifest, install.tool, script) : script);
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
    questions: [
      ...(install.lock === undefined ? [noLock] : []),
      ...(install.fits ? [] : [wrongLock(install)]),
      ...(version.ended === undefined ? [] : [tooOld(version)]),
      ...migrationsLeft(build),
    ],
    member: install.root === '' ? place.directory : place.directory.slice(install.root.length + 1),
  };
}

function wrongLock({ evidence, tool }: NodeInstall): Question {
  return {
    question: `${evidence} does not fit package.json: each build takes the newest packages that do. Run ${tool === 'yarn-berry' ? 'yarn' : tool} install and commit what it writes.`,
    flag: undefined,
    assumed: `${tool === 'yarn-berry' ? 'yarn' : tool} install, which adds what lacks`,
  };
}

function tooOld({ version, evidence }: ChosenVersion): Question {
  return {
    question: `Node.js ${version} gets no security updates any more, and ${evidence}. Raise that package.`,
    flag: '--runtime-version',
    assumed: version,
  };
}

function toolName({ tool, toolVersion }: NodeInstall): string {
  const name = { npm: 'npm', yarn: 'Yarn', 'yarn-berry': 'Yarn', pnpm: 'pnpm', bun: 'Bun' }[tool];
  return toolVersion === undefined ? name : `${name} ${toolVersion.replace(/\+.*$/, '')}`;
}

function buildScript(manifest: NodePackage): NodeBuild | undefined {
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

/** Commands that change the tables or rows of a database. */
const migrates =
  /\b(?:prisma\s+(?:migrate\s+(?:deploy|dev|reset)|db\s+(?:push|seed))|drizzle-kit\s+(?:migrate|push)|knex\s+(?:migrate|seed):\w+|sequelize(?:-cli)?\s+db:(?:migrate|seed)\S*|typeorm\S*\s.{0,80}?migration:run|migrate-mongo\s+up|db-migrate\s+up|node-pg-migrate|mikro-orm\s+migration:up)\b/;

/** `run-s db:migrate build:next` and `prisma migrate deploy && next build` without what changes a database; undefined parts where nothing does. */
function withoutMigrations(manifest: NodePackage, tool: NodeInstall['tool'], build: NodeBuild): NodeBuild {
  const line = manifest.scripts.get(build.script) ?? '';
  const inTurn = /^(?:run-s|npm-run-all2?(?:\s+(?:-s|--sequential|--serial))?)((?:\s+[\w:.-]+)+)$/.exec(
    line.trim(),
  )?.[1];
  const runner = tool === 'yarn-berry' ? 'yarn' : tool;
  const names = inTurn?.trim().split(/\s+/);
  // A line with quotes, pipes or another order is not taken apart.
  if (
    names?.some((name) => name.startsWith('-') || !manifest.scripts.has(name)) ||
    (!names && /["'`|;()<>$]|\|\|/.test(line))
  )
    return build;
  const steps = names
    ? names.map((name) => ({ shown: name, does: manifest.scripts.get(name) ?? '', call: `${runner} run ${name}` }))
    : line.split('&&').map((part) => ({ shown: part.trim(), does: doneBy(manifest, part), call: callOf(part.trim()) }));
  const left = steps.filter(({ does }) => migrates.test(does));
  const kept = steps.filter(({ does }) => !migrates.test(does));
  if (left.length === 0 || kept.length === 0) return build;
  return { ...build, parts: kept.map(({ call }) => call), left: left.map(({ shown }) => shown) };
}

const ofScript = /^\s*(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?([\w:.-]+)\s*$/;

function doneBy({ scripts }: NodePackage, part: string): string {
  return scripts.get(ofScript.exec(part)?.[1] ?? '') ?? part;
}

/** Programs of packages are found as the package manager's own scripts find them. */
function callOf(part: string): string {
  return /^(?:npm|pnpm|yarn|bun|npx|node)\s/.test(part) ? part : `PATH="$PWD/node_modules/.bin:$PATH" ${part}`;
}

function migrationsLeft(build: NodeBuild | undefined): Question[] {
  if (build?.left === undefined) return [];
  return [
    {
      question: `The build brings a database up to date (${build.left.join(', ')} in ${build.evidence}), which no build of an image reaches: the image is built without. Run it before a new version starts.`,
      flag: undefined,
      assumed: undefined,
    },
  ];
}
