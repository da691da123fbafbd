import type { Fix } from '../../core/fix.ts';
import type { Declaration } from './compare-trees.ts';
import {
  absolutePathsIn,
  accounts,
  applicationPackages,
  type ComparedBuilds,
  type Effect,
  leftOutOfContext,
  madePaths,
  namedPaths,
  onlyWhatIsCopied,
  otherBase,
  packageCaches,
  rightsOf,
  rightsOfCopies,
  systemPackages,
  writtenFiles,
} from './effects.ts';
import type { FoundDifference, TreeAspect } from './tree-differences.ts';

/** A fix that was applied, as far as its effects are told from it. */
export interface DeclaringFix {
  readonly rule: string;
  readonly fix: Pick<Fix, 'changes'>;
}

/** What the table below names. */
type EffectName =
  | 'package caches'
  | 'named paths'
  | 'made paths'
  | 'rights'
  | 'rights of copies'
  | 'accounts'
  | 'system packages'
  | 'application packages'
  | 'left out of context'
  | 'other base'
  | 'only what is copied';

/**
 * What fixes of a rule change in the final file tree besides files that they write themselves. A rule that is not here changes nothing, and every difference
 * that its fix makes is reported as undeclared. No rule's fix may declare more than its page says that it does.
 */
export const effectsByRule: Readonly<Record<string, readonly EffectName[]>> = {
  'cache/base-digest': ['other base'],
  'cache/copy-manifests-first': ['package caches'],
  'cache/image-tag': ['other base', 'system packages'],
  'cache/keep-to-lock-file': ['application packages', 'package caches'],
  'cache/package-cache-mount': ['package caches', 'named paths'],
  'cache/pin-application-packages': ['application packages'],
  'cache/update-and-install': ['package caches', 'system packages'],
  'config/base-image-platform': ['other base', 'system packages'],
  'config/constant-platform': ['other base', 'system packages'],
  'config/copied-files-of-root': ['rights of copies'],
  'config/user-drops-groups': ['rights'],
  'context/copy-ignored-file': ['left out of context'],
  'context/ineffective-pattern': ['left out of context'],
  'context/junk-copied': ['left out of context'],
  'context/missing-ignore-file': ['left out of context'],
  'context/sent-for-nothing': ['left out of context'],
  'layers/archive-left-behind': ['named paths'],
  'layers/chmod-after-copy': ['rights of copies'],
  'layers/package-cache-left': ['package caches', 'named paths'],
  'layers/several-package-installs': ['package caches'],
  'layers/useradd-log-init': ['accounts'],
  'logging/configured-log-file': ['named paths'],
  'logging/redirect-to-file': ['named paths'],
  'logging/unstructured-logs': ['application packages'],
  'maintenance/deprecated-image': ['other base', 'system packages'],
  'maintenance/dist-upgrade': ['system packages', 'package caches'],
  'maintenance/end-of-life-base': ['other base', 'system packages'],
  'review/default-shell-link': ['named paths'],
  'review/npm-cache-clean-force': ['package caches'],
  'secrets/secret-file-copied': ['left out of context'],
  'secrets/secret-in-build': ['named paths'],
  'secrets/secret-in-context': ['left out of context'],
  'security/non-root-user': ['accounts', 'rights', 'made paths'],
  'security/numeric-user': ['accounts', 'rights'],
  'security/password-in-build': ['accounts'],
  'security/piped-installer': ['named paths'],
  'security/root-with-volume': ['accounts', 'rights', 'made paths'],
  'security/sudo': ['system packages', 'accounts'],
  'security/unused-user': ['rights', 'made paths'],
  'security/vulnerable-package': ['system packages', 'application packages', 'other base'],
  'security/world-writable': ['rights'],
  'size/build-tools-shipped': ['only what is copied', 'system packages', 'application packages', 'package caches'],
  'size/composer-and-bundle-development': ['application packages', 'package caches'],
  'size/cuda-devel-image': ['other base', 'system packages'],
  'size/development-dependencies': ['application packages', 'package caches', 'only what is copied'],
  'size/lighter-base': ['other base', 'system packages', 'package caches'],
  'size/no-install-recommends': ['system packages', 'package caches'],
  'size/single-stage-build': ['only what is copied', 'application packages', 'package caches'],
  'size/static-file-server': ['only what is copied', 'other base'],
};

/** What the applied fixes say that they change in the final file tree, in their order. */
export function declarationsOf(fixes: readonly DeclaringFix[], builds: ComparedBuilds): Declaration[] {
  return fixes.map(({ rule, fix }) => {
    const { edits, newFiles = [] } = fix.changes;
    const text = [...edits.map(({ replacement }) => replacement), replacedText(edits, builds)].join('\n');
    const told: Told = { text, changed: changedPaths(edits, builds) };
    const paths = [...edits.map(({ path }) => path), ...newFiles.map(({ path }) => path)];
    const effects = [
      writtenFiles(paths, builds),
      ...(effectsByRule[rule] ?? []).map((name) => effectOf(name, told, builds)),
    ];
    return { by: rule, covers: (difference) => unionOf(effects, difference) };
  });
}

/** What the edits of the Dockerfile replace, with the rest of their lines: it names files, too. Where an earlier fix moved the lines, those that stand there now. */
function replacedText(edits: Fix['changes']['edits'], { before }: ComparedBuilds): string {
  const { dockerfile } = before;
  return edits
    .filter(({ path }) => path === dockerfile.path)
    .map(({ range }) => {
      const start = dockerfile.text.lastIndexOf('\n', range.start - 1) + 1;
      const end = dockerfile.text.indexOf('\n', range.end);
      return dockerfile.text.slice(start, end === -1 ? undefined : end);
    })
    .join('\n');
}

/** What the edits of a fix tell. */
interface Told {
  /** What they write, and the lines in which they do. */
  readonly text: string;
  /** The paths that it is about: see `changedPaths`. */
  readonly changed: readonly string[];
}

/**
 * The paths that edits bring in or take away. What is put into a line names all that it is about; where words are replaced, what the Dockerfile names before and
 * after is only in the way, but for the target of a mount.
 */
function changedPaths(edits: Fix['changes']['edits'], builds: ComparedBuilds): readonly string[] {
  const { before, after } = builds;
  const [was, is] = [before, after].map(({ dockerfile }) => new Set(absolutePathsIn(dockerfile.text)));
  return edits.flatMap((edit) => {
    const { path, range, replacement } = edit;
    const written = absolutePathsIn(replacement);
    if (path !== before.dockerfile.path || range.start === range.end) return written;
    const targets = [...replacement.matchAll(/\b(?:target|dst|destination)=(\/[^\s,]+)/g)].flatMap(
      ([, target]) => target ?? [],
    );
    const around = absolutePathsIn(replacedText([edit], builds));
    return [...targets, ...[...written, ...around].filter((each) => was?.has(each) !== is?.has(each))];
  });
}

function effectOf(name: EffectName, { text, changed }: Told, builds: ComparedBuilds): Effect {
  switch (name) {
    case 'package caches':
      return packageCaches();
    case 'named paths':
      return namedPaths(changed);
    case 'made paths':
      return madePaths(text);
    case 'rights':
      return rightsOf(text, builds);
    case 'rights of copies':
      return rightsOfCopies(builds);
    case 'accounts':
      return accounts();
    case 'system packages':
      return systemPackages(builds);
    case 'application packages':
      return applicationPackages(builds);
    case 'left out of context':
      return leftOutOfContext(builds);
    case 'other base':
      return otherBase(builds);
    case 'only what is copied':
      return onlyWhatIsCopied(builds);
  }
}

function unionOf(effects: readonly Effect[], difference: FoundDifference): ReadonlySet<TreeAspect> {
  const all = new Set<TreeAspect>();
  for (const effect of effects) for (const aspect of effect(difference)) all.add(aspect);
  return all;
}
