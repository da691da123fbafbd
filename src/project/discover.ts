import { compareCodes } from '../core/natural-order.ts';
import type { ReadProblem } from '../core/report.ts';
import type { FileKind } from './discover-kind.ts';
import { newSearch, searchDirectory, searchNamed, takeLinks } from './discover-search.ts';
import { type Target, targetRoot } from './target.ts';

export interface DiscoveredFile {
  /** Relative to the root, with forward slashes; for a file elsewhere, named by the user, with `../`. */
  readonly path: string;
  readonly kind: FileKind;
  /** A template engine makes the file that its name stands for. */
  readonly template: boolean;
}

/** A Helm chart: a directory with a Chart.yaml. Charts below its charts/ belong to it. */
export interface DiscoveredChart {
  /** Relative to the root; '' for the root itself. */
  readonly directory: string;
  /** Its Chart.yaml, values, templates and what lies in crds/ and charts/. */
  readonly files: readonly string[];
}

export interface DiscoveredFiles {
  /** Absolute path that the others are relative to. */
  readonly root: string;
  /** In the order of their paths. Members of charts and files of applications are listed by themselves. */
  readonly files: readonly DiscoveredFile[];
  readonly charts: readonly DiscoveredChart[];
  /** Manifests, lock files and sources of applications. */
  readonly applicationFiles: readonly string[];
  /** What could not be looked at: unreadable directories, links that lead out, limits that were reached. */
  readonly problems: readonly ReadProblem[];
}

/** Bounds of one discovery. Each that is reached becomes a problem. */
export interface DiscoveryLimits {
  /** Files and directories that are looked at. */
  readonly entries: number;
  readonly depth: number;
  readonly applicationFiles: number;
  /** Files that are opened to see what they are. */
  readonly sniffed: number;
}

export const defaultDiscoveryLimits: DiscoveryLimits = {
  entries: 500_000,
  depth: 100,
  applicationFiles: 50_000,
  sniffed: 50_000,
};

export interface DiscoveryOptions {
  /** Whether what git ignores is left out; default true. */
  readonly gitignore?: boolean;
  /** Tells of a relative path, directories with a slash at their end, that it is not audited. */
  readonly exclude?: (path: string) => boolean;
  readonly limits?: Partial<DiscoveryLimits>;
}

/**
 * Finds what an audit looks at. A directory is walked without following links, and without what git ignores; files that are
 * named are taken whatever they are called. Standard input has nothing to discover. Never rejects: what cannot be read is in
 * `problems`.
 */
export async function discover(target: Target, options: DiscoveryOptions = {}): Promise<DiscoveredFiles> {
  const root = targetRoot(target) ?? '';
  const search = newSearch(root, options, defaultDiscoveryLimits);
  if (target.kind === 'directory') searchDirectory(search, '');
  if (target.kind === 'paths') for (const path of target.paths) searchNamed(search, path);
  takeLinks(search);
  return {
    root,
    files: [...search.files.values()].sort((one, other) => compareCodes(one.path, other.path)),
    charts: [...search.charts].map(([directory, files]) => ({ directory, files: files.sort(compareCodes) })),
    applicationFiles: [...search.applicationFiles].sort(compareCodes),
    problems: [...search.problems, ...templateProblems(search.templates.sort(compareCodes))],
  };
}

/** Templates that are named in a problem: the rest is counted. */
const namedAtMost = 3;

/** One problem for all: where there is one template there are often hundreds. */
function templateProblems(templates: readonly string[]): readonly ReadProblem[] {
  const [first, ...others] = templates;
  if (first === undefined) return [];
  const named = others.slice(0, namedAtMost).join(', ');
  const more = others.length > namedAtMost ? ' …' : '';
  const rest =
    others.length === 0 ? '' : `; nor ${others.length === 1 ? 'was' : `were ${others.length} more:`} ${named}${more}`;
  return [
    {
      path: first,
      message: `this template was not read, since what it becomes is not known${rest}`,
      remedy: 'Audit what is made of it, or exclude it in plimsoll.yaml.',
      templates,
    },
  ];
}
