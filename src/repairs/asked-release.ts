import type { Artifact } from '../core/artifact.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { buildsOf, type Project } from '../project/project.ts';

/** A release that a file of the repository asks for. */
export interface AskedRelease {
  readonly release: string;
  readonly path: string;
}

interface VersionFile {
  readonly name: string;
  /** Its first group is the release. */
  readonly pattern: RegExp;
}

const number = '(\\d+(?:\\.\\d+)?)';

/** What tells the release of a language, by the runtime's name as the tables of images have it; the surest first. */
const versionFiles: Readonly<Record<string, readonly VersionFile[]>> = {
  node: [
    { name: '.nvmrc', pattern: /^v?(\d+)/ },
    { name: '.node-version', pattern: /^v?(\d+)/ },
    { name: 'package.json', pattern: /"engines"\s*:\s*\{[^}]*"node"\s*:\s*"[\^~>=v ]*(\d+)/ },
  ],
  go: [{ name: 'go.mod', pattern: new RegExp(`^go ${number}`, 'm') }],
  python: [
    { name: '.python-version', pattern: new RegExp(`^${number}`) },
    { name: 'runtime.txt', pattern: new RegExp(`^python-${number}`) },
    { name: 'pyproject.toml', pattern: new RegExp(`^(?:requires-python|python)\\s*=\\s*"[\\^~>= ]*${number}`, 'm') },
  ],
  ruby: [
    { name: '.ruby-version', pattern: new RegExp(`^(?:ruby-)?${number}`) },
    { name: 'Gemfile', pattern: new RegExp(`^ruby ["'][~> ]*${number}`, 'm') },
  ],
  php: [{ name: 'composer.json', pattern: new RegExp(`"php"\\s*:\\s*"[\\^~>= ]*${number}`) }],
  rust: [
    { name: 'rust-toolchain.toml', pattern: new RegExp(`^channel\\s*=\\s*"${number}`, 'm') },
    { name: 'rust-toolchain', pattern: new RegExp(`^${number}`) },
  ],
  java: [
    { name: '.java-version', pattern: /^(?:1\.)?(\d+)/ },
    { name: 'pom.xml', pattern: /<(?:java\.version|maven\.compiler\.(?:release|source))>(?:1\.)?(\d+)</ },
  ],
};

/** The release of a runtime that a file in the contexts of a Dockerfile's builds asks for. */
export function askedRelease(
  project: Project,
  dockerfile: Dockerfile,
  runtime: string | undefined,
): AskedRelease | undefined {
  if (runtime === undefined || project.readFile === undefined || !Object.hasOwn(versionFiles, runtime))
    return undefined;
  const directories = new Set(buildsOf(project, dockerfile).flatMap(({ context }) => context?.directory ?? []));
  for (const directory of directories)
    for (const { name, pattern } of versionFiles[runtime] ?? []) {
      const path = directory === '' || directory === '.' ? name : `${directory}/${name}`;
      const artifact = readQuietly(project, path);
      const release = artifact && pattern.exec(artifact.text)?.[1];
      if (release !== undefined) return { release, path };
    }
  return undefined;
}

function readQuietly(project: Project, path: string): Artifact | undefined {
  return project.artifacts.get(path) ?? project.readFile?.(path);
}
