import { spawn } from 'node:child_process';
import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { EngineAddress } from '../build.ts';
import type { Environment } from './environment.ts';
import { ask } from './run-client.ts';

const loadSeconds = 1800;

export function isSameEngine(one: EngineAddress | undefined, other: EngineAddress): boolean {
  return one?.kind === other.kind && JSON.stringify(one.client) === JSON.stringify(other.client);
}

/** Loads an archive as `docker save` writes it into an engine. @throws UserError (exit code 3) with the engine's words */
export async function loadArchive(engine: EngineAddress, file: string, environment: Environment): Promise<void> {
  const [program = '', ...flags] = engine.client;
  const command = { program, arguments: [...flags, 'load', '--input', file], environment };
  const { code, errors } = await ask(command, { timeoutSeconds: loadSeconds });
  if (code !== 0) throw notLoaded(engine, errors);
}

/** Moves an image from one engine to another, without a file in between. @throws UserError (exit code 3), likewise */
export async function moveImage(
  from: EngineAddress,
  tag: string,
  to: EngineAddress,
  environment: Environment,
): Promise<void> {
  const [saver = '', ...saverFlags] = from.client;
  const [loader = '', ...loaderFlags] = to.client;
  const env = { ...environment };
  const options = { env, timeout: loadSeconds * 1000 };
  const load = spawn(loader, [...loaderFlags, 'load'], { ...options, stdio: ['pipe', 'ignore', 'pipe'] });
  const save = spawn(saver, [...saverFlags, 'save', tag], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const { stderr } of [save, load]) stderr.on('data', (data: Buffer) => (said = (said + data).slice(-4000)));
  // One that ends early closes its end: the other then says what it thinks of that.
  load.stdin.on('error', () => undefined);
  save.stdout.pipe(load.stdin);
  const codes = await Promise.all([save, load].map(codeOf));
  if (codes.some((code) => code !== 0)) throw notLoaded(to, said);
}

function codeOf(child: ReturnType<typeof spawn>): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('close', (code) => resolve(code ?? undefined));
  });
}

/** That an engine did not take an image, with what was said of it. */
export function notLoaded({ kind }: EngineAddress, said: string): UserError {
  const engine = kind === 'docker' ? 'Docker Engine' : 'Podman';
  const reason = printable(said.trim().split('\n').at(-1) ?? '').slice(0, 500);
  return new UserError(`${engine} did not take the image that was built: ${reason || 'it gave no reason'}.`, {
    exitCode: 3,
  });
}
