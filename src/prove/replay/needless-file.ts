/** What a file is by its name, where no program is known to need it in an image. Undefined for all others. */
export function needlessFile(path: string): string | undefined {
  return kinds.find(({ pattern }) => pattern.test(path))?.what;
}

/** Names only: a README that a package's own metadata reads is one all the same, so that it is said, never acted upon. */
const kinds: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: 'documentation',
    pattern:
      /(?:^|\/)(?:README|CHANGELOG|CHANGES|CONTRIBUTING|CODE_OF_CONDUCT|SECURITY|AUTHORS|LICEN[CS]E)(?:\.\w+)?$/i,
  },
  { what: 'documentation', pattern: /^docs?\/|\.(?:md|mdx|rst|adoc)$/i },
  {
    what: 'configuration of a CI system',
    pattern:
      /(?:^|\/)(?:\.github|\.gitlab|\.circleci|\.woodpecker|\.buildkite)\/|^(?:\.gitlab-ci\.ya?ml|\.travis\.ya?ml|azure-pipelines\.ya?ml|Jenkinsfile|\.drone\.ya?ml)$/,
  },
  { what: 'settings of an editor', pattern: /(?:^|\/)(?:\.vscode|\.idea|\.devcontainer)\/|(?:^|\/)\.editorconfig$/ },
  { what: 'the history of git', pattern: /^\.git$/ },
  { what: 'a file of git', pattern: /(?:^|\/)\.(?:gitignore|gitattributes|gitmodules|mailmap)$/ },
  {
    what: 'the recipe of the build itself',
    pattern:
      /(?:^|\/)(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|(?:^|\/)[\w.-]+\.dockerfile$|(?:^|\/)\.dockerignore$|(?:^|\/)(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$/i,
  },
  {
    what: 'a test',
    pattern: /(?:^|\/)(?:__tests__|e2e|cypress|playwright)\/|\.(?:test|spec)\.[cm]?[jt]sx?$|_test\.go$/,
  },
  { what: 'a manifest for Kubernetes', pattern: /^(?:k8s|kubernetes|charts?|helm|deploy|kustomize)\// },
];
