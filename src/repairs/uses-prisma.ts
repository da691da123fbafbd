import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { buildsOf, type Project } from '../project/project.ts';

/**
 * Whether an image holds an application of Node.js that depends on Prisma, whose engine loads the system's OpenSSL: Debian's slim images have none.
 * https://www.prisma.io/docs/orm/reference/system-requirements
 */
export function usesPrisma(project: Project, dockerfile: Dockerfile): boolean {
  if (/\bprisma\b/.test(dockerfile.text)) return true;
  const directories = buildsOf(project, dockerfile).flatMap(({ context }) => context?.directory ?? []);
  return project.applications.some(
    ({ language, directory, manifests }) =>
      language === 'node' &&
      directories.some((context) => context === '' || directory === context || directory.startsWith(`${context}/`)) &&
      /"(?:@prisma\/client|prisma)"\s*:/.test(manifests.get('package.json')?.text ?? ''),
  );
}
