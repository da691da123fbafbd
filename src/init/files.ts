import ignore from 'ignore';
import { type ApplicationPlan, type PlannedFile, secretsOf } from './plan.ts';
import { join, type Repository } from './repository.ts';
import { addToDependabot, dependabotPath, writeDependabot } from './writers/dependabot.ts';
import { writeDockerfile } from './writers/dockerfile.ts';
import { writeDockerignore } from './writers/dockerignore.ts';
import { writeManifests } from './writers/manifests.ts';

/** What happens to one file. `keep`: it is there already and stays as it is. */
export interface FileChange extends PlannedFile {
  readonly action: 'create' | 'replace' | 'append' | 'keep';
  /** The text that is there, for `replace` and `append`. */
  readonly before?: string;
}

export interface FileOptions {
  /** Replace files that exist. */
  readonly force: boolean;
  readonly manifests: boolean;
}

/** The files that plans need and the repository lacks, in the order of their paths. */
export function plannedFiles(
  repository: Repository,
  plans: readonly ApplicationPlan[],
  options: FileOptions,
): FileChange[] {
  const files = plans.flatMap((plan) => filesOf(plan, options));
  const contexts = new Map<string, ApplicationPlan[]>();
  for (const plan of plans)
    if (plan.existing.dockerfile === undefined || options.force)
      contexts.set(plan.context, [...(contexts.get(plan.context) ?? []), plan]);
  for (const [context, sharing] of contexts)
    files.push({ path: join(context, '.dockerignore'), text: writeDockerignore(sharing) });
  const changes = files.map((file) => changeOf(repository, file, options.force));
  const gitignore = options.manifests ? gitignoreChange(repository, plans) : undefined;
  const automation = automationChange(repository, plans, options.force);
  return [...changes, ...(gitignore ? [gitignore] : []), ...(automation ? [automation] : [])].sort((one, other) =>
    one.path < other.path ? -1 : 1,
  );
}

function filesOf(plan: ApplicationPlan, { force, manifests }: FileOptions): PlannedFile[] {
  const image =
    plan.existing.dockerfile === undefined || force
      ? [{ path: join(plan.directory, 'Dockerfile'), text: writeDockerfile(plan) }, ...plan.files]
      : [];
  const cluster = manifests && (!plan.existing.manifests || force) ? writeManifests(plan) : [];
  return [...image, ...cluster];
}

function changeOf(repository: Repository, file: PlannedFile, force: boolean): FileChange {
  const before = repository.read(file.path);
  if (!repository.has(file.path)) return { ...file, action: 'create' };
  return force && before !== file.text
    ? { ...file, action: 'replace', ...(before !== undefined && { before }) }
    : { ...file, action: 'keep' };
}

/** A line for each filled-in Secret that git would take. */
function gitignoreChange(repository: Repository, plans: readonly ApplicationPlan[]): FileChange | undefined {
  const before = repository.read('.gitignore');
  const rules = ignore().add(before ?? '');
  const lines = plans
    .filter((plan) => !plan.existing.manifests && secretsOf(plan).length > 0)
    .map((plan) => join(plan.directory, 'k8s/secret.yaml'))
    .filter((path) => !rules.ignores(path))
    .map((path) => `/${path}`);
  if (lines.length === 0) return undefined;
  const added = `# Secrets with their values\n${lines.join('\n')}\n`;
  if (before === undefined) return { path: '.gitignore', text: added, action: 'create' };
  const gap = before === '' ? '' : before.endsWith('\n') ? '\n' : '\n\n';
  const text = before.includes('\r\n') ? `${gap}${added}`.replace(/\n/g, '\r\n') : `${gap}${added}`;
  return { path: '.gitignore', text: before + text, action: 'append', before };
}

const renovate = /^(?:\.github\/|\.gitlab\/)?(?:renovate\.json5?|\.renovaterc(?:\.json5?)?)$/;

/** On GitHub, where pipelines are there already: what keeps the base images current. */
function automationChange(
  repository: Repository,
  plans: readonly ApplicationPlan[],
  force: boolean,
): FileChange | undefined {
  const { files } = repository;
  const directories = plans
    .filter((plan) => plan.existing.dockerfile === undefined || force)
    .map((plan) => plan.directory);
  const known = ['.github/dependabot.yaml', dependabotPath].find((path) => repository.has(path));
  const pipelines = files.some((file) => /^\.github\/workflows\/.+\.ya?ml$/.test(file)) || known !== undefined;
  if (directories.length === 0 || !pipelines || files.some((file) => renovate.test(file))) return undefined;
  if (known === undefined) return { path: dependabotPath, text: writeDependabot(directories), action: 'create' };
  const before = repository.read(known);
  if (before === undefined || /package-ecosystem:\s{0,4}["']?docker/.test(before)) return undefined;
  const added = addToDependabot(before, directories);
  return added === undefined ? undefined : { path: known, text: before + added, action: 'append', before };
}
