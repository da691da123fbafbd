import type { ProjectFiles } from '../ecosystems/install-inputs.ts';
import type { PackageCommand } from '../ecosystems/package-command.ts';

/** Files by which a tool is told, from a directory above the one where it works, what it installs: `says` where the name alone does not. */
interface LookedFor {
  readonly name: RegExp;
  readonly says?: RegExp;
}

/** Corepack and pnpm look upwards for the field that names a package manager and its version. */
const manager: LookedFor = { name: /^package\.json$/, says: /"(?:packageManager|devEngines)"/ };
const workspaces: LookedFor = { name: /^package\.json$/, says: /"(?:workspaces|packageManager|devEngines)"/ };

/** By tool, else by ecosystem. Tools that look where they are started only stand in neither. */
const lookedFor: Readonly<Record<string, readonly LookedFor[]>> = {
  npm: [workspaces],
  bun: [workspaces],
  yarn: [workspaces, { name: /^\.yarnrc(?:\.yml)?$/ }],
  pnpm: [manager, { name: /^pnpm-workspace\.yaml$/ }],
  uv: [{ name: /^pyproject\.toml$/, says: /\bworkspace\b/ }, { name: /^(?:uv\.toml|\.python-version)$/ }],
  cargo: [
    { name: /^Cargo\.toml$/, says: /\bworkspace\b/ },
    { name: /^(?:\.cargo\/config(?:\.toml)?|rust-toolchain(?:\.toml)?)$/ },
  ],
  go: [{ name: /^go\.work$/ }],
  nuget: [{ name: /^(?:nuget\.config|global\.json|Directory\.\w+\.(?:props|targets|rsp))$/i }],
  maven: [{ name: /^(?:pom\.xml|\.mvn\/.+|settings\.gradle(?:\.kts)?)$/ }],
};

/**
 * A file above a project that a COPY brings as well and by which the project's tool may install something else, or fail without: the root of a workspace,
 * settings that hold for all directories below. Undefined where there is none.
 * @param files what the COPY brings
 * @param project the project's directory there, '' for the top
 */
export function toldFromAbove(
  files: ProjectFiles,
  project: string,
  { tool, ecosystem }: PackageCommand,
): string | undefined {
  const known = Object.hasOwn(lookedFor, tool) ? lookedFor[tool] : undefined;
  const wanted = known ?? (Object.hasOwn(lookedFor, ecosystem) ? lookedFor[ecosystem] : undefined);
  if (project === '' || wanted === undefined || (ecosystem === 'pip' && known === undefined)) return undefined;
  const parts = project.split('/');
  const above = parts.map((_, length) =>
    parts
      .slice(0, length)
      .map((part) => `${part}/`)
      .join(''),
  );
  return files.paths.find((path) =>
    above.some(
      (directory) =>
        path.startsWith(directory) &&
        wanted.some(
          ({ name, says }) => name.test(path.slice(directory.length)) && (!says || says.test(files.read(path) ?? '')),
        ),
    ),
  );
}
