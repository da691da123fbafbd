import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildkitBuilder } from './buildkit-builder.ts';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';

/** What a build left: the image's id, its size in bytes, its layers that hold files, and how long it took in seconds. */
export interface BuiltImage {
  readonly id: string;
  readonly bytes: number;
  readonly layers: number;
  readonly seconds: number;
}

/** What a container answers to one request, or prints in one run. */
export interface Answer {
  readonly asked: string;
  readonly status: number;
  readonly body: string;
}

export interface AskOptions {
  /** Bounds the start. */
  readonly waitSeconds?: number;
  /** As a restricted pod would run it: this user, nothing to write but /tmp, no capabilities. */
  readonly restrictedTo?: number;
}

/** What a container did that was started, asked and stopped. */
export interface Served {
  readonly answers: readonly Answer[];
  /** Both standard streams. */
  readonly logs: string;
  /** Seconds from the signal to the end. The engine kills after `graceSeconds`. */
  readonly stopSeconds: number;
}

/** How long a container may take to stop. */
export const graceSeconds = 4;

/** What a build is given, as an argument and as a secret: a file takes the one that it asks for. */
export interface BuildSecret {
  readonly name: string;
  readonly value: string;
  /** Where the value stands, too. */
  readonly file: string;
}

/** The tests' own Docker Engine (scripts/engine), BuildKit as the builder. Everything runs on the host's network or on none. */
export interface ContainerEngine {
  /**
   * Builds with the engine's own BuildKit, or with another builder and loads the result.
   * @throws Error with the build's output when it fails.
   */
  build(
    context: string,
    tag: string,
    options?: {
      readonly cache?: boolean;
      readonly builder?: BuildkitBuilder | undefined;
      readonly secrets?: readonly BuildSecret[];
    },
  ): Promise<BuiltImage>;
  /** Starts the image without a network, asks its port each path, removes the container. */
  ask(image: string, port: number, paths: readonly string[], options?: AskOptions): Promise<readonly Answer[]>;
  /** The same, and it is stopped as an orchestrator stops it. */
  serve(image: string, port: number, paths: readonly string[], options?: AskOptions): Promise<Served>;
  /** Writes the image to an archive. */
  save(image: string, file: string): Promise<void>;
  /** Gives an image another name and pushes it under that, to a registry of the loopback. */
  push(image: string, name: string): Promise<void>;
  /** Runs the image to its end with these arguments, or another program of it. */
  run(image: string, args: readonly string[], options?: { readonly entrypoint?: string }): Promise<Answer>;
  /** Takes away every name that was built or pushed here: for names that no later run uses. */
  removeMade(): Promise<void>;
}

/**
 * Starts the engine unless it runs already and makes the base images that are missing. It is not stopped by who started it, for other
 * test files build with it meanwhile: `tests/stop-daemons.ts` does when all have ended.
 * @throws Error when there is no engine on this machine: `scripts/system-parts engine` installs one.
 */
export function startContainerEngine(bases: readonly string[] = []): ContainerEngine {
  const script = path.join(root, 'scripts/engine');
  const up = spawnSync(script, ['up'], { encoding: 'utf8' });
  if (up.status !== 0) throw new Error(up.stderr);
  const made = spawnSync(path.join(root, 'scripts/base-images'), bases, { encoding: 'utf8', timeout: 3_000_000 });
  if (made.status !== 0) throw new Error(`${made.stdout}${made.stderr}`);
  return engineAt(up.stdout.trim());
}

function engineAt(socket: string): ContainerEngine {
  const call = (...args: string[]) => execute(docker, ['-H', `unix://${socket}`, ...args]);
  const must = async (...args: string[]) => {
    const { status, output, errors } = await call(...args);
    if (status !== 0) throw new Error(`docker ${args.join(' ')}: exit ${status}\n${(output + errors).slice(-4000)}`);
    return output.trim();
  };
  const made = new Set<string>();
  const withContainer = async <T>(
    image: string,
    port: number,
    paths: readonly string[],
    { waitSeconds = 30, restrictedTo }: AskOptions,
    then: (container: string, answers: readonly Answer[]) => Promise<T>,
  ): Promise<T> => {
    const restrictions =
      restrictedTo === undefined
        ? []
        : ['--user', String(restrictedTo), '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', ...noNewRights];
    const container = await must('run', '-d', '--network=none', ...ownName, ...restrictions, image);
    try {
      const pid = await must('inspect', '-f', '{{.State.Pid}}', container);
      const get = (where: string) => execute('nsenter', ['-t', pid, '-n', ...curl, `http://127.0.0.1:${port}${where}`]);
      await waitUntilOpen(pid, port, waitSeconds, () => must('logs', container));
      const answers: Answer[] = [];
      for (const asked of paths) {
        const { output } = await get(asked);
        const cut = output.lastIndexOf('\n');
        answers.push({ asked, status: Number(output.slice(cut + 1)), body: output.slice(0, cut) });
      }
      return await then(container, answers);
    } finally {
      await call('rm', '-f', container);
    }
  };
  return {
    async build(context, tag, { cache = false, builder, secrets = [] } = {}) {
      const begun = performance.now();
      const flags = ['--network=host', '--progress=plain', ...(cache ? [] : ['--no-cache'])];
      made.add(tag);
      let seconds: number;
      if (builder) seconds = await builder.build([docker, '-H', `unix://${socket}`], context, tag, secrets);
      else {
        const given = secrets.flatMap(({ name, file, value }) => [
          ...['--build-arg', `${name}=${value}`],
          ...['--secret', `id=${name},src=${file}`],
        ]);
        await must('build', ...flags, ...given, '-t', tag, context);
        seconds = (performance.now() - begun) / 1000;
      }
      const [id, bytes, layers] = (
        await must('image', 'inspect', '-f', '{{.Id}} {{.Size}} {{len .RootFS.Layers}}', tag)
      ).split(' ');
      return { id: id ?? '', bytes: Number(bytes), layers: Number(layers), seconds };
    },
    ask: (image, port, paths, options = {}) =>
      withContainer(image, port, paths, options, async (_, answers) => answers),
    serve: (image, port, paths, options = {}) =>
      withContainer(image, port, paths, options, async (container, answers) => {
        const begun = performance.now();
        await must('stop', '--time', String(graceSeconds), container);
        const stopSeconds = (performance.now() - begun) / 1000;
        const { output, errors } = await call('logs', container);
        return { answers, logs: output + errors, stopSeconds };
      }),
    async save(image, file) {
      await must('save', '-o', file, image);
    },
    async push(image, name) {
      made.add(name);
      await must('tag', image, name);
      await must('push', name);
    },
    async run(image, args, { entrypoint } = {}) {
      const program = entrypoint === undefined ? [] : ['--entrypoint', entrypoint];
      const { status, output } = await call('run', '--rm', '--network=none', ...program, image, ...args);
      return { asked: args.join(' '), status, body: output };
    },
    async removeMade() {
      if (made.size > 0) await call('image', 'rm', '-f', ...made);
      made.clear();
    },
  };
}

/** Without a network the engine gives a container's own name no address, and log4j2 tells of that in the log of its program. */
const ownName = ['--hostname', 'app', '--add-host', 'app:127.0.0.1'];

const noNewRights = ['--security-opt', 'no-new-privileges'];

const curl = ['curl', '-s', '--max-time', '10', '-w', '\n%{http_code}'];

/** Asks nothing: a request before the first one that counts could change what the program answers. */
async function waitUntilOpen(
  pid: string,
  port: number,
  waitSeconds: number,
  logs: () => Promise<string>,
): Promise<void> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const until = performance.now() + waitSeconds * 1000;
  while (performance.now() < until) {
    const { output } = await execute('cat', [`/proc/${pid}/net/tcp`, `/proc/${pid}/net/tcp6`]);
    // «local address:port remote state», 0A is LISTEN: proc_net_tcp in the kernel's documentation.
    if (new RegExp(`:${hex} [0-9A-F:]+ 0A `).test(output)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing listens on port ${port} after ${waitSeconds} s\n${await logs()}`);
}

function execute(
  command: string,
  args: readonly string[],
): Promise<{ readonly status: number; readonly output: string; readonly errors: string }> {
  return new Promise((resolve) => {
    const environment = { ...process.env, DOCKER_BUILDKIT: '1', DOCKER_CONFIG: '/nonexistent' };
    execFile(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, env: environment }, (error, output, errors) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ status, output, errors });
    });
  });
}
