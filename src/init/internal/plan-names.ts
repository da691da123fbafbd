import type { ApplicationPlan, Choices } from '../plan.ts';
import { baseName, type Repository } from '../repository.ts';

/** Directories that hold the program of what is above them. */
const generic = new Set([
  'app',
  'src',
  'source',
  'server',
  'backend',
  'api',
  'web',
  'docker',
  'build',
  'deploy',
  'code',
]);

/** What the application in a directory is called. */
export function ownName(repository: Repository, directory: string): string {
  return directory === '' ? repository.name : baseName(directory);
}

/** A Kubernetes name: lower case letters, digits and hyphens, at most 63. */
export function nameOf(repository: Repository, directory: string): string {
  const own = ownName(repository, directory);
  const name = directory !== '' && generic.has(own.toLowerCase()) ? `${repository.name}-${own}` : own;
  return kubernetesName(name);
}

function kubernetesName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '')
    .slice(0, 50)
    .replace(/-+$/, '');
  return name === '' ? 'app' : name;
}

/** A name that a registry takes. */
export function imageName(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[._-]+|[._-]+$/g, '')
      .replace(/([._-])[._-]+/g, '$1') || 'app'
  );
}

/** The application's version, where it can be a tag. */
export function imageTag(version: string | undefined): string {
  return version !== undefined && /^\w[\w.-]{0,127}$/.test(version) && version !== '0.0.0' ? version : '0.1.0';
}

/** Two applications of one repository cannot have one name. */
export function withOwnNames(plans: readonly ApplicationPlan[], { name }: Choices): ApplicationPlan[] {
  if (name !== undefined && plans.length === 1) return [...plans];
  const seen = new Map<string, number>();
  return plans.map((plan) => {
    const count = (seen.get(plan.name) ?? 0) + 1;
    seen.set(plan.name, count);
    const longer = kubernetesName(plan.directory);
    return count === 1 ? plan : { ...plan, name: longer, image: plan.image.replace(/^[^:]+/, longer) };
  });
}
