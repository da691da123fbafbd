import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { BuildRequest } from '../build.ts';

/** Flags, and the variables that they have the client look at: values are in no list of processes. */
export interface ClientFlags {
  readonly flags: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** Variables that clients, their plug-ins and what they start go by: a build argument of this name would change the client itself. */
const ofClients =
  /^(?:PATH|HOME|TMPDIR|PWD|SHELL|USER|SSH_AUTH_SOCK|REGISTRY_AUTH_FILE|NO_COLOR|(?:LD_|DOCKER_|BUILDKIT_|BUILDX_|BUILDAH_|CONTAINERS?_|STORAGE_|XDG_|GO|SSL_CERT_|OTEL_).*)$/;

/**
 * `--build-arg NAME` for each, the value in the environment. Only where the name is one that the client goes by does the value stand in the flag.
 * @throws UserError for a name or value that no program can be given
 */
export function argumentFlags({ arguments: given, secrets }: BuildRequest): ClientFlags {
  const flags: string[] = [];
  const variables: Record<string, string> = {};
  const taken = new Set(secrets.flatMap(({ from }) => ('environment' in from ? [from.environment] : [])));
  for (const [name, value] of given) {
    if (!/^[^=\0]+$/.test(name) || value?.includes('\0'))
      throw new UserError('This is no build argument.', { where: printable(name), remedy: 'NAME or NAME=VALUE.' });
    if (value !== undefined && (ofClients.test(name) || taken.has(name))) flags.push('--build-arg', `${name}=${value}`);
    else {
      flags.push('--build-arg', name);
      if (value !== undefined) variables[name] = value;
    }
  }
  return { flags, variables };
}

/** `--secret id=…,src=…` or `id=…,env=…`, as Docker, BuildKit and Buildah understand it: the fields are of a line of CSV. */
export function secretFlags({ secrets }: BuildRequest): string[] {
  return secrets.flatMap(({ id, from }) => [
    '--secret',
    [`id=${id}`, 'file' in from ? `src=${from.file}` : `env=${from.environment}`].map(csvField).join(','),
  ]);
}

/** https://www.rfc-editor.org/rfc/rfc4180#section-2 */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
