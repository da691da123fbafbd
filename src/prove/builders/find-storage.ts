import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import type { Builder } from '../build.ts';
import type { Environment } from './environment.ts';
import type { LeftMade } from './made-journal.ts';
import { programsNamed } from './programs.ts';
import { ask } from './run-client.ts';
import { containersDirectory, removeLeftStored, type Storage } from './storage.ts';
import { storageBuilder } from './storage-builder.ts';

/** Finds Buildah. Podman and it share one storage. A sentence where it is not there or does not work. */
export async function findBuildah(
  environment: Environment,
  signal: AbortSignal,
  written: readonly LeftMade[],
): Promise<Builder | string> {
  const [program] = programsNamed('buildah', environment);
  if (program === undefined) return 'buildah is not on PATH';
  const info = await ask({ program, arguments: ['info'], environment }, { signal });
  if (info.code !== 0) return `${program} does not work: ${lastLine(info.errors)}`;
  const containers = containersDirectory(info.output);
  const storage: Storage = { kind: 'buildah', program, flags: [], environment, containers };
  await removeLeftStored(storage, written);
  const { output } = await ask({ program, arguments: ['--version'], environment }, { signal });
  const [, version = ''] = /version (\d\S*)/.exec(output) ?? [];
  return storageBuilder(storage, `Buildah ${version}`.trim(), undefined);
}

/** Finds Podman: of this machine, or the one whose service is at an address. */
export async function findPodman(
  address: string | undefined,
  environment: Environment,
  signal: AbortSignal,
  written: readonly LeftMade[],
): Promise<Builder | string> {
  const [program] = programsNamed('podman', environment);
  if (program === undefined) return 'podman is not on PATH';
  const flags = address === undefined ? [] : ['--url', address.startsWith('/') ? `unix://${address}` : address];
  const info = await ask({ program, arguments: [...flags, 'info', '--format', 'json'], environment }, { signal });
  if (info.code !== 0) return `${program} does not work: ${lastLine(info.errors)}`;
  const { host, version } = parseJsonObject(info.output) ?? {};
  const isRemote = jsonObjectOf(host).serviceIsRemote === true;
  const containers = isRemote ? undefined : containersDirectory(info.output);
  const given = { ...environment, ...(address !== undefined && { CONTAINER_HOST: flags[1] }) };
  const storage: Storage = { kind: 'podman', program, flags, environment: given, containers };
  await removeLeftStored(storage, written);
  const number = jsonObjectOf(version).Version;
  const title = typeof number === 'string' ? `Podman ${number}` : 'Podman';
  return storageBuilder(storage, title, { kind: 'podman', client: [program, ...flags] });
}

function lastLine(text: string): string {
  return printable(text.trim().split('\n').at(-1) ?? '').slice(0, 300) || 'no reason';
}
