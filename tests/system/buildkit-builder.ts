import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildSecret } from './container-engine.ts';
import { exportImage } from './oci-layout.ts';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const script = path.join(root, 'scripts/buildkit');
const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
const layout = path.join(process.env.PLIMSOLL_BUILDKIT_DIR ?? path.join(cache, 'plimsoll/buildkit'), 'bases');

export const buildkitMissing = spawnSync(script, ['check']).status !== 0;

/** The newest BuildKit as a builder (scripts/buildkit): what it builds is loaded into a Docker Engine, which runs it. */
export interface BuildkitBuilder {
  /**
   * Builds without cache; base images are those of the engine. Gives the seconds.
   * @throws Error with the build's output when it fails.
   */
  build(docker: readonly string[], context: string, tag: string, secrets?: readonly BuildSecret[]): Promise<number>;
  /** Forgets what was built: nothing is built twice from the cache, and the disk is not for that. */
  forget(): void;
}

/** Starts the daemon unless it runs already; `tests/stop-daemons.ts` stops it. */
export function startBuildkit(): BuildkitBuilder {
  const up = spawnSync(script, ['up'], { encoding: 'utf8' });
  if (up.status !== 0) throw new Error(up.stderr);
  mkdirSync(layout, { recursive: true });
  return {
    async build(docker, context, tag, secrets = []) {
      const bases: string[] = [];
      for (const image of imagesNamed(readFileSync(path.join(context, 'Dockerfile'), 'utf8')))
        if (spawnSync(docker[0] ?? '', [...docker.slice(1), 'image', 'inspect', image]).status === 0)
          bases.push(
            `context:${image.replace(/:latest$/, '')}=oci-layout://bases@${exportImage(docker, image, layout)}`,
          );
      const begun = performance.now();
      await pipe(
        [
          script,
          ...['ctl', 'build', '--progress=plain', '--no-cache', '--frontend', 'dockerfile.v0'],
          ...['--local', `context=${context}`, '--local', `dockerfile=${context}`],
          // The front end that is built in, whatever a syntax line asks for: there is no registry to have another one from.
          ...['--opt', 'cmdline=built-in', '--oci-layout', `bases=${layout}`],
          ...bases.flatMap((base) => ['--opt', base]),
          ...secrets.flatMap(({ name, file, value }) => [
            ...['--opt', `build-arg:${name}=${value}`],
            ...['--secret', `id=${name},src=${file}`],
          ]),
          ...['--output', `type=docker,name=${tag},compression=uncompressed`],
        ],
        [...docker, 'load', '-q'],
      );
      return (performance.now() - begun) / 1000;
    },
    forget() {
      spawnSync(script, ['ctl', 'prune'], { stdio: 'ignore' });
    },
  };
}

/** What FROM and COPY --from name, stages among them. */
function imagesNamed(text: string): string[] {
  const names = [...text.matchAll(/^\s*(?:FROM\s+(?:--platform=\S+\s+)?|(?:COPY|ADD)\b.*\s--from=)([\w./:@-]+)/gim)];
  return [...new Set(names.map(([, name = '']) => name))].filter((name) => name !== 'scratch');
}

/** The output of one program is the input of the other. Both must succeed. */
function pipe([from = '', ...fromArgs]: readonly string[], [to = '', ...toArgs]: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const reader = spawn(to, toArgs, { stdio: ['pipe', 'ignore', 'pipe'] });
    const writer = spawn(from, fromArgs, { stdio: ['ignore', reader.stdin, 'pipe'] });
    let said = '';
    for (const { stderr } of [writer, reader]) stderr.on('data', (data: Buffer) => (said += data.toString()));
    reader.stdin.destroy();
    const statuses: (number | null)[] = [];
    for (const child of [writer, reader])
      child.on('close', (status) => {
        statuses.push(status);
        if (statuses.length < 2) return;
        if (statuses.every((each) => each === 0)) resolve();
        else reject(new Error(`${[from, ...fromArgs].join(' ')}: exit ${statuses.join(', ')}\n${said.slice(-4000)}`));
      });
  });
}
