import { languageFiles } from './internal/application-files.ts';

/** What a file is to an audit, told by its name and place alone. */
export type FileKind =
  | 'dockerfile'
  | 'ignore-file'
  | 'compose'
  | 'manifest'
  | 'kustomization'
  | 'chart'
  | 'chart-file'
  | 'skaffold'
  | 'bake'
  | 'application'
  | 'ci'
  | 'update-automation'
  | 'configuration'
  | 'hadolint-configuration';

/** The kind that a name stands for. With `sniff`, the name is not enough: the content must look like that kind. */
export interface NamedKind {
  readonly kind: FileKind;
  /** The file is made into what it is named for by a template engine first. */
  readonly template?: true;
  readonly sniff?: true;
}

const templateEnding = /\.(?:j2|jinja2?|tmpl|tpl|gotmpl|erb|in|template|mustache|hbs|ejs|liquid|m4)$/i;
const dockerfileName = /^(?:(?:Dockerfile|Containerfile)(?:[._-].*)?|.*\.(?:Dockerfile|Containerfile))$/i;
/** Copies that editors and tools leave, and files about a Dockerfile. */
const noDockerfile =
  /(?:~|\.(?:mdx?|rst|adoc|sw[pox]|orig|rej|bak|backup|old|save|tmp|log|lock|patch|diff|sha256|sha512|asc|sig|png|svg|pdf))$/;
/** A Dockerfile for such a language, or a file of that language about Dockerfiles: the content tells. */
const languageEnding =
  /\.(?:txt|json5?|ya?ml|toml|hcl|ini|cfg|conf|sh|bash|bat|cmd|ps1|py|[cm]?[jt]sx?|go|rb|rs|php|java|kt|cs|c|h|cpp|lua|pl|html?|css|xml|vim|el|hs|scala|sql|ipynb|exs?|erl|hrl|clj[cs]?|swift|dart|groovy|gradle|tf|tfvars|bzl|nix|vue|svelte|scss|less|r|jl|fs|vb|m|mm|zig|nim|cr|proto|cue|jsonnet|libsonnet|rego|bats|fish|zsh|awk)$/;

const byName: ReadonlyMap<string, FileKind> = new Map([
  ['.dockerignore', 'ignore-file'],
  ['.containerignore', 'ignore-file'],
  ['kustomization.yaml', 'kustomization'],
  ['kustomization.yml', 'kustomization'],
  ['Kustomization', 'kustomization'],
  ['Chart.yaml', 'chart'],
  ['skaffold.yaml', 'skaffold'],
  ['skaffold.yml', 'skaffold'],
  ['.gitlab-ci.yml', 'ci'],
  ['.gitlab-ci.yaml', 'ci'],
  ['Jenkinsfile', 'ci'],
  ['azure-pipelines.yml', 'ci'],
  ['azure-pipelines.yaml', 'ci'],
  ['bitbucket-pipelines.yml', 'ci'],
  ['.travis.yml', 'ci'],
  ['.drone.yml', 'ci'],
  ['.woodpecker.yml', 'ci'],
  ['.woodpecker.yaml', 'ci'],
  ['.cirrus.yml', 'ci'],
  ['appveyor.yml', 'ci'],
  ['.appveyor.yml', 'ci'],
  ['cloudbuild.yaml', 'ci'],
  ['cloudbuild.yml', 'ci'],
  ['buildspec.yml', 'ci'],
  ['buildspec.yaml', 'ci'],
  ['Earthfile', 'ci'],
  ['renovate.json', 'update-automation'],
  ['renovate.json5', 'update-automation'],
  ['.renovaterc', 'update-automation'],
  ['.renovaterc.json', 'update-automation'],
  ['.renovaterc.json5', 'update-automation'],
  ['plimsoll.yaml', 'configuration'],
  ['plimsoll.yml', 'configuration'],
  ['.hadolint.yaml', 'hadolint-configuration'],
  ['.hadolint.yml', 'hadolint-configuration'],
]);

const byPath: readonly (readonly [RegExp, FileKind])[] = [
  [/(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/, 'ci'],
  [/(?:^|\/)\.github\/(?:actions\/.*\/)?action\.ya?ml$/, 'ci'],
  [/(?:^|\/)\.circleci\/[^/]+\.ya?ml$/, 'ci'],
  [/(?:^|\/)\.(?:buildkite|woodpecker)\/[^/]+\.ya?ml$/, 'ci'],
  [/(?:^|\/)\.gitlab\/ci\/.*\.ya?ml$/, 'ci'],
  [/(?:^|\/)\.github\/dependabot\.ya?ml$/, 'update-automation'],
];

/** What Ansible, chezmoi and scripts make a manifest or a Compose file of, among much else: the content tells. */
const yamlTemplate = /\.ya?ml\.(?:j2|jinja2?|tmpl|tpl|gotmpl|erb)$/i;

const composeName = /^(?:(?:[\w-]+\.)?docker-compose|compose|docker-stack)(?:[._-].+)?\.ya?ml$/;
const bakeName = /^(?:docker-)?bake(?:[._-].+)?\.(?:hcl|json)$/;
const chartMember =
  /^(?:templates|crds|charts|ci)\/|^(?:values.*\.ya?ml|Chart\.lock|requirements\.(?:yaml|lock)|values\.schema\.json)$/;

/**
 * The kind of a file. `path` is relative to the project, with forward slashes; `chart` is the directory of the Helm chart that it
 * lies in, where there is one. Absent for a file that an audit does not look at.
 */
export function kindOfName(path: string, chart?: string): NamedKind | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (chart !== undefined && chartMember.test(chart === '' ? path : path.slice(chart.length + 1)))
    return { kind: 'chart-file' };
  const exact = byName.get(name);
  if (exact) return { kind: exact };
  if (name.endsWith('.dockerignore')) return { kind: 'ignore-file' };
  const docker = dockerfileKind(name);
  if (docker) return docker;
  if (bakeName.test(name)) return { kind: 'bake' };
  if (/\.ya?ml$/.test(name)) return kindOfYaml(path, name);
  if (yamlTemplate.test(name)) return { kind: 'manifest', template: true, sniff: true };
  if (isApplicationFile(name)) return { kind: 'application' };
  return mayBeJsonManifest(name) ? { kind: 'manifest', sniff: true } : undefined;
}

function dockerfileKind(name: string): NamedKind | undefined {
  // Most names end here: neither word is in them.
  if (!/(?:docker|container)file/i.test(name)) return undefined;
  const template = templateEnding.test(name);
  const plain = template ? name.replace(templateEnding, '') : name;
  if (!dockerfileName.test(plain) || noDockerfile.test(name.toLowerCase())) return undefined;
  if (template) return { kind: 'dockerfile', template };
  return languageEnding.test(plain.toLowerCase()) ? { kind: 'dockerfile', sniff: true } : { kind: 'dockerfile' };
}

function kindOfYaml(path: string, name: string): NamedKind {
  if (composeName.test(name.toLowerCase())) return { kind: 'compose' };
  const placed = path.includes('.') ? byPath.find(([pattern]) => pattern.test(path)) : undefined;
  if (placed) return { kind: placed[1] };
  return isApplicationFile(name) ? { kind: 'application' } : { kind: 'manifest', sniff: true };
}

/** Not what every repository has of other tools: it would be opened for nothing. */
function mayBeJsonManifest(name: string): boolean {
  return (
    name.endsWith('.json') &&
    !/^\.|^(?:tsconfig|jsconfig|angular|lerna|nx|turbo|vercel|manifest)\b|\.schema\.json$/.test(name)
  );
}

/** Whether a base name is that of a manifest, lock file or source of an application. */
export function isApplicationFile(name: string): boolean {
  return languageFiles.some(
    ({ manifest, locks, source }) => source.test(name) || manifest.test(name) || locks.includes(name),
  );
}

/** Whether content is of the kind that its name may stand for. `start` is the beginning of the text. */
export function looksLike(kind: 'dockerfile' | 'manifest' | 'compose', start: string): boolean {
  if (kind === 'manifest') return looksLikeManifest(start);
  if (kind === 'compose') return /^services:/m.test(start);
  return firstInstruction.test(firstCodeLine(start));
}

/** In JSON the two stand anywhere, with texts behind them: in a schema they have not. */
function looksLikeManifest(start: string): boolean {
  const isObject = /^\uFEFF?\s*\{\s*"/.test(start);
  if (isObject) return /"apiVersion"\s*:\s*"/.test(start) && /"kind"\s*:\s*"/.test(start);
  return /^["']?apiVersion["']?:/m.test(start) && /^["']?kind["']?:/m.test(start);
}

/** FROM with its one name, or ARG: what `from os import path` is not. */
const firstInstruction =
  /^(?:ARG[ \t]+[A-Za-z_]\S*|FROM[ \t]+(?:--\S+[ \t]+)*[^\s=,;(]+(?:[ \t]+AS[ \t]+\S+)?)[ \t]*\\?[ \t]*\r?$/i;

function firstCodeLine(text: string): string {
  const lines = text.replace(/^\uFEFF/, '').split('\n', 500);
  return (lines.find((line) => /^[ \t]*[^ \t\r#]/.test(line)) ?? '').trimStart();
}
