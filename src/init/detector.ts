import type { Application } from '../project/application.ts';
import type { Choices, Detection } from './plan.ts';
import { baseName, directoryOf, join, placeIn, type Repository } from './repository.ts';

/** A directory that a detector is asked about. */
export interface Place {
  readonly repository: Repository;
  /** Relative to the root; '' for the root itself. */
  readonly directory: string;
  /** Base names of the files in it. */
  readonly names: ReadonlySet<string>;
  /** What is known of the sources: the variables they read, and so on. Undefined where nothing is. */
  readonly application: Application | undefined;
  readonly choices: Choices;
  /** YYYY-MM-DD: decides which versions are still supported. */
  readonly today: string;
  /** The text of a file beside, by its base name or relative path. */
  read(name: string): string | undefined;
  has(name: string): boolean;
  /** `package.json:7`, the directory in front of it. */
  place(name: string, what: string | RegExp | number): string;
  /** Sources of the application, without tests: path from the root, and text. */
  sources(): readonly { readonly path: string; readonly text: string }[];
}

/** A directory of whose sources nothing is known. */
export function placeAt(
  { repository, choices, today }: Pick<Place, 'repository' | 'choices' | 'today'>,
  directory: string,
): Place {
  const read = (name: string) => repository.read(join(directory, name));
  return {
    repository,
    directory,
    names: new Set(repository.files.filter((file) => directoryOf(file) === directory).map(baseName)),
    application: undefined,
    choices,
    today,
    read,
    has: (name) => repository.has(join(directory, name)),
    place: (name, what) => placeIn(join(directory, name), read(name), what),
    sources: () => [],
  };
}

/** One ecosystem: what makes a directory one of its applications, and how such an application is built and run. */
export interface Detector {
  readonly language: string;
  /** Only where the repository has no other application: pages lie in many. */
  readonly onlyAlone?: true;
  /** Whether the directory holds one, judged by the names of its files alone. */
  mayBe(names: ReadonlySet<string>): boolean;
  /** Undefined when it is none after all: a library, a workspace's root. */
  detect(place: Place): Detection | NotDecided | undefined;
  /** What to ask of a directory where the whole repository has nothing that can be run: of a program that serves only as its user calls it. */
  ask?(place: Place): NotDecided | undefined;
}

/** An application of which something is not known without which no image can be written. */
export interface NotDecided {
  readonly language: string;
  readonly undecided: string;
  /** The flag that would decide it. */
  readonly flag: string | undefined;
}

export function isDecided(result: Detection | NotDecided): result is Detection {
  return !('undecided' in result);
}
