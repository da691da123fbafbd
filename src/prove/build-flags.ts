import path from 'node:path';
import { UserError } from '../core/errors.ts';
import type { BuildSecret } from './build.ts';
import type { BuildSettings } from './subjects.ts';

/** Flags that say how to build, as they are written on the command line. */
export interface BuildFlags {
  /** `NAME=VALUE`, or `NAME` for the value of the environment. */
  readonly arguments: readonly string[];
  /** `id=NAME,src=FILE`, `id=NAME,env=VARIABLE`, or `id=NAME`. */
  readonly secrets: readonly string[];
  /** `NAME=DIRECTORY`, `NAME=docker-image://…`. */
  readonly contexts: readonly string[];
  readonly target: string | undefined;
  readonly platform: string | undefined;
  readonly network: string | undefined;
}

/**
 * Reads them as docker buildx does (https://docs.docker.com/reference/cli/docker/buildx/build/). Paths are relative to `cwd`.
 * @throws UserError for a form that is none. Values are in no message: they may be secret.
 */
export function readBuildFlags(flags: BuildFlags, cwd: string): Partial<BuildSettings> {
  const { target, platform, network } = flags;
  if (network !== undefined && network !== 'default' && network !== 'host' && network !== 'none')
    throw new UserError('--network takes default, host or none');
  return {
    ...(target !== undefined && { target }),
    ...(platform !== undefined && { platform }),
    ...(network !== undefined && { network }),
    arguments: new Map(flags.arguments.map((written) => readArgument(written))),
    contexts: new Map(flags.contexts.map((written) => readContext(written, cwd))),
    secrets: flags.secrets.map((written) => readSecret(written, cwd)),
  };
}

function readArgument(written: string): readonly [string, string | undefined] {
  const equals = written.indexOf('=');
  const name = equals === -1 ? written : written.slice(0, equals);
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name))
    throw new UserError('--build-arg takes NAME=VALUE, or NAME for the value in the environment');
  return [name, equals === -1 ? undefined : written.slice(equals + 1)];
}

function readContext(written: string, cwd: string): readonly [string, string] {
  const equals = written.indexOf('=');
  if (equals < 1 || equals === written.length - 1)
    throw new UserError('--build-context takes NAME=DIRECTORY or NAME=docker-image://IMAGE');
  const value = written.slice(equals + 1);
  return [written.slice(0, equals), /^[\w.+-]+:/.test(value) ? value : path.resolve(cwd, value)];
}

function readSecret(written: string, cwd: string): BuildSecret {
  const fields = new Map(
    written.split(',').map((field): [string, string] => {
      const equals = field.indexOf('=');
      return equals === -1 ? [field, ''] : [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
    }),
  );
  const id = fields.get('id');
  const file = fields.get('src') ?? fields.get('source');
  const environment = fields.get('env');
  const type = fields.get('type');
  const known = new Set(['id', 'src', 'source', 'env', 'type']);
  if (!id || [...fields.keys()].some((key) => !known.has(key)) || (file !== undefined && environment !== undefined))
    throw new UserError('--secret takes id=NAME with src=FILE or env=VARIABLE');
  if (environment !== undefined) return { id, from: { environment } };
  if (file === undefined || type === 'env') return { id, from: { environment: file ?? id } };
  return { id, from: { file: path.resolve(cwd, file) } };
}
