import { posix } from 'node:path';
import type { BuildContext } from '../../context/build-context.ts';
import type { MissingSource } from '../../context/copy-needs.ts';
import { inContext } from '../../context/follow-links.ts';
import type { Fix } from '../../core/fix.ts';
import { groupBy } from '../../core/group-by.ts';
import { replace } from '../../dockerfile/edit.ts';
import { liesIn } from '../../project/copied-files.ts';
import type { Project } from '../../project/project.ts';
import { contextRule } from '../../project/rule.ts';

/** What builds, tests and package managers write before an image is built: it may well be missing in a checkout. */
const written =
  /(?:^|\/)(?:dist|build|target|out|output|bin|obj|lib|libs|public|static|assets|artifacts?|release|releases|publish|node_modules|vendor|generated|gen|_build|\.next|\.output|coverage|tmp|stage|pkg|docker-context)(?:\/|$)|\.(?:jar|war|ear|zip|tar|tgz|gz|xz|bz2|deb|rpm|apk|whl|exe|dll|so|nupkg|wasm|pem|key|crt|cer|p12|env|txt\.gz|sql|bin|img|iso)$|(?:^|\/)\.(?:env|npmrc|netrc|ssh|aws)/i;

/** Directories of other projects' files, of which often only a part is kept. */
const borrowed = /(?:^|\/)(?:vendor|third[_-]party|node_modules|testdata|fixtures|test-fixtures)\//;

export const rule = contextRule({
  severity: 'error',
  summary: 'COPY names a file that is not in the build context',
  why: 'The build stops at this instruction.',
  remedy: 'Correct the path: it is relative to the build context, not to the Dockerfile.',
  peers: [],
  check({ context, project }, { report }) {
    // What the ignore file leaves out is found by context/copy-ignored-file.
    const missing = context.needs.missing.filter(({ ignored, source }) => !ignored && isPlain(source));
    if (missing.length === 0 || borrowed.test(`${context.directory}/`)) return;
    const modules = submodulesOf(project, context).filter((module) => !hasFiles(context, module));
    const inModule = groupBy(
      missing,
      ({ source }) => modules.find((module) => liesIn(inContext(source), module)) ?? '',
    );
    for (const [module, uses] of inModule) {
      // What the submodule's own build writes is not there after a checkout either.
      const [first, ...more] = uses.filter(({ source }) => !written.test(inContext(source).slice(module.length + 1)));
      if (module === '' || first === undefined || !(toldFor(project, context, first) || hasOthers(context, first)))
        continue;
      const places = groupBy(more, ({ use }) => `${use.path}\0${use.range.start}`);
      places.delete(`${first.use.path}\0${first.use.range.start}`);
      report({
        at: { path: first.use.path, range: first.use.range },
        also: [...places.values()].flatMap(([each]) =>
          each ? [{ path: each.use.path, range: each.use.range, note: 'copies of it, too' }] : [],
        ),
        message: `${module} is a submodule of git that is not checked out: ${first.source}${more.length === 0 ? ' is' : ` and ${more.length} more are`} not in the build context.`,
        remedy: 'Run git submodule update --init before the build, in CI too.',
        severity: 'note',
      });
    }
    const bySource = groupBy(inModule.get('') ?? [], ({ use, source }) => `${use.path}\0${source}`);
    for (const [each, ...others] of bySource.values()) {
      if (each === undefined) continue;
      const other = inOtherCase(context, each.source);
      const isTold = toldFor(project, context, each);
      const beside = other ?? besideDockerfile(context, each);
      const fix =
        beside === undefined
          ? undefined
          : inAll([each, ...others].map((use) => namedRight(project, use, beside, other !== undefined)));
      if (
        other === undefined &&
        (written.test(each.source) || isGitIgnored(context, each.source) || isImported(context, each.source))
      )
        continue;
      if (!isTold && !hasOthers(context, each)) continue;
      report({
        at: { path: each.use.path, range: each.use.range },
        also: others.map(({ use }) => ({ path: use.path, range: use.range, note: 'copies it, too' })),
        message:
          other === undefined
            ? `${whatIsLookedFor(each.source)} is not in the build context${context.directory === '' ? '' : ` ${context.directory}`}.`
            : `${whatIsLookedFor(each.source)} is not in the build context, ${other} is.`,
        // Where nothing tells which directory is the context it is a guess, though a good one.
        severity: isTold ? 'error' : 'warning',
        ...(fix && { fix }),
      });
    }
  },
});

/** The directories of submodules, relative to the context. https://git-scm.com/docs/gitmodules */
function submodulesOf({ readFile }: Project, { directory }: BuildContext): string[] {
  const text = readFile?.('.gitmodules')?.text ?? '';
  const above = directory === '' ? '' : `${directory}/`;
  return [...text.matchAll(/^[ \t]*path\s*=\s*(\S.*?)\s*$/gm)].flatMap(([, path]) =>
    path?.startsWith(above) && path !== above ? [path.slice(above.length)] : [],
  );
}

/** Then the submodule is checked out, and what is missing below it is not in it. */
function hasFiles({ index, listing }: BuildContext, directory: string): boolean {
  const range = index.ranges.get(directory);
  const sent = range === undefined ? [] : index.entries.slice(range.start, range.end);
  return [...sent, ...listing.excluded].some(({ path, kind }) => kind !== 'directory' && liesIn(path, directory));
}

/** What git ignores is made before the build. */
function isGitIgnored(context: BuildContext, source: string): boolean {
  const path = inContext(source);
  return context.isGitIgnored(path) || context.isGitIgnored(`${path}/`);
}

/** A workspace of ROS: `vcs import src < autoware.repos` fetches its sources. https://github.com/dirk-thomas/vcstool */
function isImported({ index }: BuildContext, source: string): boolean {
  return liesIn(inContext(source), 'src') && index.entries.some(({ path }) => path.endsWith('.repos'));
}

/** No pattern, nothing that a variable or a template gives, no path of Windows. */
function isPlain(source: string): boolean {
  return !/[*?[\]$\\{}<>%]|^[A-Za-z]:/.test(source);
}

/** Where a path begins with `..`: BuildKit cuts it off, for nothing outside the context can be copied. */
function whatIsLookedFor(source: string): string {
  return /^\/*(?:\.\/+)*\.\.(?:\/|$)/.test(source)
    ? `${source} leaves the build context: BuildKit drops the .. and looks for ${inContext(source)}, which`
    : source;
}

function toldFor(project: Project, context: BuildContext, { use }: MissingSource): boolean {
  return project.builds.some(
    (build) => build.context === context && build.dockerfile.path === use.path && build.toldBy !== 'convention',
  );
}

/** At least half of what the Dockerfile copies is there: then this is its context. */
function hasOthers(context: BuildContext, { use }: MissingSource): boolean {
  const sources = context.uses.filter(({ path }) => path === use.path).flatMap((each) => each.sources.filter(isPlain));
  const named = sources.filter((source) => inContext(source) !== '');
  const absent = context.needs.missing.filter((each) => each.use.path === use.path).length;
  return named.length - absent >= 2 && named.length >= absent * 2;
}

/** The same path in other letters, which some systems take for the same. */
function inOtherCase({ index }: BuildContext, source: string): string | undefined {
  const path = inContext(source).toLowerCase();
  return index.entries.find((entry) => entry.path.toLowerCase() === path)?.path;
}

/** The path as it would be right when it were relative to the Dockerfile. */
function besideDockerfile({ directory, index }: BuildContext, { use, source }: MissingSource): string | undefined {
  const place =
    directory === '' ? use.path : use.path.startsWith(`${directory}/`) ? use.path.slice(directory.length + 1) : '';
  const parent = place.slice(0, Math.max(0, place.lastIndexOf('/')));
  if (parent === '') return undefined;
  const path = posix.join(parent, source);
  return index.ranges.has(path) ? path : undefined;
}

/** One fix that does what each does; undefined where one of them cannot be. */
function inAll(fixes: readonly (Fix | undefined)[]): Fix | undefined {
  const [first] = fixes;
  if (first === undefined || fixes.includes(undefined)) return undefined;
  return { ...first, changes: { edits: fixes.flatMap((fix) => fix?.changes.edits ?? []) } };
}

function namedRight(
  project: Project,
  { use, source }: MissingSource,
  path: string,
  inOtherLetters: boolean,
): Fix | undefined {
  const dockerfile = project.dockerfiles.find((each) => each.path === use.path);
  const copy = [...(dockerfile?.instructionsNamed('COPY') ?? []), ...(dockerfile?.instructionsNamed('ADD') ?? [])].find(
    ({ instruction }) => instruction.range.start === use.range.start,
  )?.instruction;
  const token = copy?.sources.find(({ value, raw }) => value === source && (raw ?? value) === value);
  if (dockerfile === undefined || token === undefined || /\s/.test(path)) return undefined;
  const written = dockerfile.text.slice(token.range.start, token.range.end);
  // In the JSON form the quotes are part of the range.
  if (!written.includes(source)) return undefined;
  return {
    title: `Name ${path}`,
    changes: {
      edits: [
        replace(
          dockerfile,
          token.range,
          written.replace(source, () => (source.endsWith('/') ? `${path}/` : path)),
        ),
      ],
    },
    assumptions: [
      { statement: 'The build stops here without it.', state: 'holds' },
      {
        statement: `${path} is the file that is meant.`,
        state: 'unknown',
        question: inOtherLetters
          ? `Is ${path} meant, which differs in the case of letters?`
          : `Is ${path} meant, which lies beside the Dockerfile?`,
      },
    ],
  };
}
