import type { BuildContext } from '../context/build-context.ts';

/** Files that say how a project is built, with what in them reads the history of git. */
const readers: readonly (readonly [name: RegExp, text: RegExp])[] = [
  [
    /^(?:pyproject\.toml|setup\.(?:py|cfg))$/,
    /setuptools[_-]scm|hatch-vcs|versioneer|versioningit|\bpbr\b|dunamai|poetry-dynamic-versioning|pdm\.version|use_scm_version|\bgit\b.{0,40}(?:describe|rev-parse)/,
  ],
  [/\.gemspec$|^Gemfile$|^Rakefile$/, /git ls-files|`git |%x.git /],
  [
    /^(?:package\.json|(?:next|nuxt|vite|vue|webpack|rollup|svelte|astro|craco)\.config\.[cm]?[jt]s|angular\.json|gulpfile\.[cm]?js|Gruntfile\.js)$/,
    /\bgit (?:rev-parse|describe|log|show|rev-list|ls-files|branch|symbolic-ref)|git-revision|git-rev-sync|git-repo-info|git-last-commit|['"`]git['"`]/,
  ],
  [
    /^(?:[Mm]akefile|GNUmakefile|.*\.mk|.*\.(?:sh|bash)|Taskfile\.ya?ml|[jJ]ustfile|CMakeLists\.txt|.*\.cmake|build\.xml|configure(?:\.ac)?)$/,
    /\bgit\b(?: -C \S+)? (?:describe|rev-parse|log|show|rev-list|status|ls-files|branch|tag|symbolic-ref|config|submodule)/,
  ],
  [
    /^(?:build\.gradle(?:\.kts)?|settings\.gradle(?:\.kts)?|pom\.xml|build\.sbt|plugins\.sbt)$/,
    /git-commit-id|git-version|nebula\.release|axion-release|grgit|jgit|sbt-git|GitVersioning|reckon|git-properties|['"]git['"]|buildnumber-maven/,
  ],
  [/^(?:build\.rs|Cargo\.toml)$/, /vergen|git-version|shadow-rs|\bbuilt\b|git2|git_version|["']git["']\)/],
  [/\.(?:cs|fs|vb)proj$|^Directory\.Build\.(?:props|targets)$|^version\.json$/, /MinVer|GitVersion|Nerdbank|GitInfo/],
  [/^mix\.exs$|^rebar\.config$|^composer\.json$/, /\bgit (?:describe|rev-parse|log)|["']git["']/],
];

/** More files than that nobody reads to build. */
const mostFiles = 400;
const deepest = 3;

const known = new WeakMap<BuildContext, { readonly path: string | undefined }>();

/** The first file of a context that says that the build reads the history of git, for a version number or a list of files. */
export function readsGitHistory(context: BuildContext): string | undefined {
  let found = known.get(context);
  if (found === undefined) {
    found = { path: findReader(context) };
    known.set(context, found);
  }
  return found.path;
}

function findReader(context: BuildContext): string | undefined {
  let left = mostFiles;
  for (const { path, kind } of context.index.entries) {
    if (kind !== 'file' || path.split('/').length > deepest || /(?:^|\/)(?:node_modules|vendor|\.git)\//.test(path))
      continue;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const reader = readers.find(([pattern]) => pattern.test(name));
    if (reader === undefined) continue;
    if (left-- === 0) return undefined;
    if (reader[1].test(context.readStart(path))) return path;
  }
  return undefined;
}
