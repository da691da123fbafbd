import { cargoInputs, fetchCargo } from './cargo/install-inputs.ts';
import { composerInputs } from './composer/install-inputs.ts';
import { bundlerInputs } from './gem/install-inputs.ts';
import { fetchGo, goInputs } from './go/install-inputs.ts';
import { fetchGradle } from './maven/gradle-inputs.ts';
import { fetchMaven } from './maven/install-inputs.ts';
import { npmInputs } from './npm/install-inputs.ts';
import { dotnetInputs } from './nuget/install-inputs.ts';
import type { PackageCommand } from './package-command.ts';
import { pythonInputs } from './pip/install-inputs.ts';

/** The files that a build sends, below the directory in which a package manager works. Paths have forward slashes. */
export interface ProjectFiles {
  /** Every file, as paths relative to that directory. */
  readonly paths: readonly string[];
  read(path: string): string | undefined;
}

/** What an install reads of the project, and what it does beside reading it. */
export interface InstallInputs {
  /** Files that it reads, relative to where it works. Patterns of COPY where the project is not seen. */
  readonly files: readonly string[];
  /** Directories that it reads whole. */
  readonly directories?: readonly string[];
  /** Why it needs more of the sources than that: one sentence without full stop. */
  readonly needsSources?: string;
  /** What a person has to say, each a question. */
  readonly questions: readonly string[];
  /** Directories that it fills in the project: what lies there in the context would replace what was installed. */
  readonly fills: readonly string[];
  /** An option that keeps the first install from needing the project itself; then `again` runs behind the sources. */
  readonly option?: string;
  readonly again?: string;
}

/** A command that only fetches, for tools that fetch while they build. */
export interface FetchInputs extends InstallInputs {
  readonly command: string;
}

/** What the install of a project's dependencies reads; undefined for a tool of which it is not known. `files`: undefined where the project is not seen; `release`: of the tool, where the build pins it. */
export function installInputs(
  command: PackageCommand,
  files: ProjectFiles | undefined,
  release?: string,
): InstallInputs | undefined {
  switch (command.ecosystem) {
    case 'npm':
      return npmInputs(command, files);
    case 'pip':
      return pythonInputs(command, files, release);
    case 'gem':
      return bundlerInputs(command, files);
    case 'composer':
      return composerInputs(command, files);
    case 'go':
      return goInputs(command, files);
    case 'cargo':
      return cargoInputs(command, files);
    case 'nuget':
      return dotnetInputs(command, files);
    default:
      return undefined;
  }
}

/** How the downloads of a build can be fetched before its sources are there; `release`: of the tool in the image, where it is known. */
export function fetchInputs(
  command: PackageCommand,
  files: ProjectFiles | undefined,
  release?: string,
): FetchInputs | undefined {
  switch (command.ecosystem) {
    case 'go':
      return fetchGo(files);
    case 'cargo':
      return fetchCargo(command, files);
    case 'maven':
      return (
        fetchMaven(command, files) ??
        (/^gradlew?$/.test(command.tool) ? fetchGradle(command, files, release) : undefined)
      );
    default:
      return undefined;
  }
}
