import type { EngineAddress } from '../build.ts';
import { isLeftOver, repositoryPrefix } from '../owner.ts';
import type { Environment } from './environment.ts';
import { type Answer, ask } from './run-client.ts';

/** A container engine that is asked through its client. */
export interface AskedEngine {
  readonly address: EngineAddress;
  readonly environment: Environment;
}

const slow = { timeoutSeconds: 120 };

/** Asks an engine's client something. Never throws. */
export function askEngine(
  { address, environment }: AskedEngine,
  args: readonly string[],
  options: { readonly timeoutSeconds?: number } = {},
): Promise<Answer> {
  const [program = '', ...flags] = address.client;
  return ask({ program, arguments: [...flags, ...args], environment }, options);
}

/** The identifier of the image that has this tag; undefined where none has. */
export async function imageId(engine: AskedEngine, tag: string): Promise<string | undefined> {
  const { code, output } = await askEngine(engine, ['image', 'inspect', '--format', '{{.Id}}', tag]);
  const id = output.trim().replace(/^(?=[0-9a-f]{64}$)/, 'sha256:');
  return code === 0 && /^sha256:[0-9a-f]{64}$/.test(id) ? id : undefined;
}

/** Removes images by their tags, whatever uses them: they are ours alone. Never throws. */
export async function removeImages(engine: AskedEngine, tags: readonly string[]): Promise<void> {
  if (tags.length > 0) await askEngine(engine, ['image', 'rm', '--force', ...tags], slow);
}

/** Removes the images that killed runs left in an engine, and containers that still use them. Never throws. */
export async function removeLeftImages(engine: AskedEngine): Promise<void> {
  // Some have a registry's name before theirs: what Podman made, and what Docker Engine was given by it or Buildah.
  const filters = ['', '*/'].flatMap((place) => ['--filter', `reference=${place}${repositoryPrefix}/*`]);
  const { output } = await askEngine(engine, ['images', ...filters, '--format', '{{.Repository}}:{{.Tag}}']);
  const left = output.split('\n').filter((tag) => tag.includes(`${repositoryPrefix}/`) && isLeftOver(tag));
  if (left.length === 0) return;
  const users = await Promise.all(
    left.map((tag) => askEngine(engine, ['ps', '--all', '--quiet', '--filter', `ancestor=${tag}`])),
  );
  const containers = [...new Set(users.flatMap((user) => user.output.split('\n').filter((id) => id !== '')))];
  if (containers.length > 0) await askEngine(engine, ['rm', '--force', '--volumes', ...containers], slow);
  await removeImages(engine, left);
}

/** What the engine's clock says, in milliseconds; undefined where it does not say. */
export async function engineTime(engine: AskedEngine): Promise<number | undefined> {
  const { output } = await askEngine(engine, ['info', '--format', '{{.SystemTime}}']);
  const time = Date.parse(output.trim());
  return Number.isNaN(time) ? undefined : time;
}

/**
 * Removes images that the steps of a build made, the last first, where they have no name and are no older than the build: what a step prints may look like
 * an identifier of an image that somebody else made. Never throws.
 * @param since by the engine's clock
 */
export async function removeMade(engine: AskedEngine, ids: readonly string[], since: number): Promise<void> {
  if (ids.length === 0) return;
  const format = '{{.Id}} {{len .RepoTags}} {{.Created}}';
  const { output } = await askEngine(engine, ['image', 'inspect', '--format', format, ...ids], slow);
  const ours = new Map<string, number>();
  for (const line of output.split('\n')) {
    const [id = '', tags, created = ''] = line.split(' ');
    const time = Date.parse(created);
    if (tags === '0' && time >= since) ours.set(id, time);
  }
  const order = [...ours].sort(([, one], [, other]) => other - one).map(([id]) => id);
  if (order.length > 0) await askEngine(engine, ['image', 'rm', ...order], slow);
}
