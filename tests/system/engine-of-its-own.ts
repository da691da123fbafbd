import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../scripts/engine');
const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';

/** Why an engine of its own cannot be started here; undefined where it can. */
export function whyNoEngine(): string | undefined {
  if (spawnSync('dockerd', ['--version']).status !== 0) return 'no dockerd (scripts/system-parts engine)';
  return existsSync('/bin/busybox') ? undefined : 'no /bin/busybox (scripts/system-parts node)';
}

/** A Docker Engine that nobody else uses: all of it may be deleted. */
export interface OwnEngine {
  /** `unix:///…` */
  readonly host: string;
  /** Bytes that its data take on the disk, as du counts them. */
  diskBytes(): number;
  /** @throws Error with what the client said when it fails */
  docker(...args: string[]): string;
  stop(): void;
}

export function startOwnEngine(): OwnEngine {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-engine-'));
  const environment = { ...process.env, PLIMSOLL_ENGINE_DIR: directory, DOCKER_CONFIG: '/nonexistent' };
  const socket = execFileSync(script, ['up'], { encoding: 'utf8', env: environment }).trim();
  return {
    host: `unix://${socket}`,
    diskBytes: () => diskBytes(path.join(directory, 'data')),
    docker: (...args) =>
      execFileSync(docker, ['-H', `unix://${socket}`, ...args], {
        encoding: 'utf8',
        env: { ...environment, DOCKER_BUILDKIT: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      }).trim(),
    stop() {
      spawnSync(script, ['down'], { env: environment });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What one file system's part of a directory takes. */
export function diskBytes(directory: string): number {
  const { stdout } = spawnSync('du', ['-sx', '--block-size=1', directory], { encoding: 'utf8' });
  return Number(stdout.split('\t')[0]);
}

/** A directory with BusyBox as its only programs, as an archive: the base of images without a registry. */
export function busyboxArchive(directory: string): string {
  const root = path.join(directory, 'root');
  mkdirSync(path.join(root, 'bin'), { recursive: true });
  copyFileSync('/bin/busybox', path.join(root, 'bin/busybox'));
  for (const name of ['sh', 'dd', 'mkdir', 'sleep', 'seq', 'touch'])
    symlinkSync('busybox', path.join(root, 'bin', name));
  const archive = path.join(directory, 'busybox.tar');
  execFileSync('tar', ['-C', root, '-cf', archive, '.']);
  return archive;
}

/** A build context whose image has a large layer, one of many small files, and one that only describes. */
export function writeBuildContext(directory: string, base: string, version: number): string {
  const context = path.join(directory, `context-${version}`);
  mkdirSync(context, { recursive: true });
  writeFileSync(path.join(context, 'lib'), Buffer.alloc(4_000_000, 'lib'));
  writeFileSync(
    path.join(context, 'Dockerfile'),
    `FROM ${base}
WORKDIR /app
COPY lib /app/lib
RUN mkdir /many && for at in $(seq 600); do echo ${version} > /many/$at; done
ENV VERSION=${version}
RUN dd if=/dev/urandom of=/app/data bs=1000 count=${5000 + version}
LABEL version=${version}
CMD ["sleep", "600"]
`,
  );
  return context;
}
