import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = process.env.PLIMSOLL_ROOT ?? path.join(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const script = path.join(root, 'scripts/buildkit');

/** What BuildKit said of one instruction: `CACHED` or that it ran. */
export interface ObservedStep {
  /** `stage 3/8`, the stage's name or `stage-N`; for a file of one stage without a name `3/8`. */
  readonly place: string;
  readonly name: string;
  readonly cached: boolean;
}

export interface ObservingBuilder {
  /** @throws Error with the build's output when it fails. */
  build(build: ObservedBuild): Promise<readonly ObservedStep[]>;
  stop(): void;
}

export interface ObservedBuild {
  readonly context: string;
  /** From the context's directory or absolute. */
  readonly dockerfile: string;
  readonly target?: string;
  readonly layout: string;
  /** Manifests in the layout by image reference. */
  readonly images: ReadonlyMap<string, string>;
  readonly buildArguments?: ReadonlyMap<string, string>;
}

/** A BuildKit daemon of its own, empty at first: what other tests throw away is not its. */
export function startObservingBuilder(directory: string): ObservingBuilder {
  const shared =
    process.env.PLIMSOLL_BUILDKIT_DIR ??
    path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache'), 'plimsoll/buildkit');
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(shared).filter((each) => each.startsWith('bin-')))
    symlinkSync(path.join(shared, name), path.join(directory, name));
  const env = { ...process.env, PLIMSOLL_BUILDKIT_DIR: directory };
  const up = spawnSync(script, ['up'], { encoding: 'utf8', env });
  if (up.status !== 0) throw new Error(up.stderr);
  return {
    build: (build) => observe(build, env),
    stop() {
      spawnSync(script, ['down'], { env });
    },
  };
}

interface Vertex {
  readonly digest: string;
  readonly name?: string;
  readonly started?: string;
  readonly completed?: string;
  readonly cached?: boolean;
  readonly error?: string;
}

async function observe(build: ObservedBuild, env: NodeJS.ProcessEnv): Promise<readonly ObservedStep[]> {
  const contexts = [...build.images].map(
    ([image, digest]) => `context:${familiar(image)}=oci-layout://bases@${digest}`,
  );
  const output = await run(
    script,
    [
      ...['ctl', 'build', '--progress=rawjson', '--frontend', 'dockerfile.v0'],
      ...[
        '--local',
        `context=${build.context}`,
        '--local',
        `dockerfile=${path.dirname(path.resolve(build.context, build.dockerfile))}`,
      ],
      ...['--opt', `filename=${path.basename(build.dockerfile)}`, '--opt', 'cmdline=built-in'],
      ...['--oci-layout', `bases=${build.layout}`],
      ...contexts.flatMap((context) => ['--opt', context]),
      ...(build.target === undefined ? [] : ['--opt', `target=${build.target}`]),
      ...[...(build.buildArguments ?? [])].flatMap(([name, value]) => ['--opt', `build-arg:${name}=${value}`]),
    ],
    env,
  );
  const vertices = new Map<string, Vertex>();
  for (const line of output.split('\n').filter((each) => each.startsWith('{')))
    for (const vertex of (JSON.parse(line).vertexes ?? []) as readonly Vertex[])
      vertices.set(vertex.digest, { ...vertices.get(vertex.digest), ...vertex });
  return [...vertices.values()].flatMap(({ name = '', completed, cached = false }) => {
    const [, place = '', rest = ''] = /^\[((?:\S+ )? *\d+\/\d+)\] (.*)$/s.exec(name) ?? [];
    return place === '' || rest.startsWith('FROM ') || completed === undefined
      ? []
      : [{ place: place.replace(/ +/g, ' ').trim(), name: rest, cached }];
  });
}

/** As BuildKit asks for a named context in an image's place. */
function familiar(image: string): string {
  return image.replace(/^docker\.io\/(?:library\/)?/, '').replace(/:latest$/, '');
}

function run(program: string, parameters: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...parameters], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    child.on('error', reject);
    child.on('close', (status) => (status === 0 ? resolve(said) : reject(new Error(lastWords(said)))));
  });
}

function lastWords(output: string): string {
  const errors = [...output.matchAll(/"error":"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text);
  return errors.find((error) => !error?.includes('context canceled')) ?? output.slice(-2000);
}
