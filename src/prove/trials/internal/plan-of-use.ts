import { environmentOf } from '../../../project/application-environment.ts';
import type { ImageBuild, ImageUse, Project } from '../../../project/project.ts';
import type { TrialCommand, TrialPlan, TrialRequest, TrialSecurity } from '../../trial.ts';

/** What a manifest or a Compose file says of how an image is run. */
export interface UsePlan {
  readonly kind: TrialPlan['kind'] | undefined;
  readonly ports: readonly number[];
  readonly requests: readonly TrialRequest[];
  readonly commands: readonly TrialCommand[];
  readonly environment: ReadonlyMap<string, string>;
  readonly command: readonly string[] | undefined;
  readonly arguments: readonly string[] | undefined;
  readonly workingDirectory: string | undefined;
  readonly files: ReadonlyMap<string, string>;
  readonly security: TrialSecurity | undefined;
  readonly graceSeconds: number | undefined;
  readonly notes: readonly string[];
}

export const noUse: UsePlan = {
  kind: undefined,
  ports: [],
  requests: [],
  commands: [],
  environment: new Map(),
  command: undefined,
  arguments: undefined,
  workingDirectory: undefined,
  files: new Map(),
  security: undefined,
  graceSeconds: undefined,
  notes: [],
};

/** The variables that a container is given beside those of its image. What no file of the project says gets a value that stands in its place. */
export function givenEnvironment(
  project: Project,
  build: ImageBuild,
  use: ImageUse,
): { readonly environment: ReadonlyMap<string, string>; readonly notes: readonly string[] } {
  const environment = new Map<string, string>();
  const placeholders: string[] = [];
  const { variables } = environmentOf(project, build, use);
  for (const { name, value, from } of variables.values()) {
    if (from === 'image') continue;
    if (value === undefined) placeholders.push(name);
    environment.set(name, value ?? placeholderFor(name));
  }
  const notes =
    placeholders.length === 0
      ? []
      : [`Placeholders stand for the values of ${placeholders.sort().join(', ')}, which no file of the project says.`];
  return { environment, notes };
}

/** Something of the form that a program wants to read before it asks whether it is true. */
export function placeholderFor(name: string): string {
  if (/(?:^|_)(?:PORT|TIMEOUT|COUNT|SIZE|LIMIT|WORKERS|THREADS|TTL)$/i.test(name)) return '10';
  if (/(?:^|_)(?:URL|URI|ENDPOINT)$/i.test(name)) return 'http://127.0.0.1:9/';
  if (/(?:^|_)(?:HOST|HOSTNAME|ADDR|ADDRESS)$/i.test(name)) return '127.0.0.1';
  return 'plimsoll-placeholder-plimsoll-placeholder';
}
