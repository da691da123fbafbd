import type { Place } from '../detector.ts';
import type { Decision, Question } from '../plan.ts';
import { join } from '../repository.ts';
import type { NodeFramework } from './node-framework.ts';
import { type InstallSteps, installSteps } from './node-install.ts';
import { type Migrations, migrationsIn, questionOf } from './node-migrations.ts';
import { type NativeNeeds, nativeNeeds } from './node-native.ts';
import { findInstall, type NodeInstall, type NodePackage, readNodePackage, scriptPlace } from './node-package.ts';
import { chooseNode } from './node-version.ts';
import type { ChosenVersion } from './versions.ts';

/** The script that builds. */
export interface NodeBuild {
  readonly script: string;
  readonly evidence: string;
  /** What of it changes a database, and what runs in its place. */
  readonly migrations?: Migrations;
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
  const build = script && withMigrations(place, manifest, install, script);
  const migration = questionOf(build?.migrations, build?.evidence ?? '');
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
      ...(migration ? [migration] : []),
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

function withMigrations(place: Place, { scripts }: NodePackage, install: NodeInstall, build: NodeBuild): NodeBuild {
  const migrations = migrationsIn(scripts, build.script, install.tool, hasNodeModules(place, install));
  if (!migrations) return build;
  // The script of a member runs by way of its workspace, which builds what it needs first.
  return { ...build, migrations: install.root === place.directory ? migrations : { kind: 'kept' } };
}

/** Yarn 2+ makes none unless it is told to. https://yarnpkg.com/configuration/yarnrc#nodeLinker */
function hasNodeModules({ repository }: Place, { tool, root }: NodeInstall): boolean {
  return (
    tool !== 'yarn-berry' ||
    /^nodeLinker:[ \t]*["']?node-modules\b/m.test(repository.read(join(root, '.yarnrc.yml')) ?? '')
  );
}
