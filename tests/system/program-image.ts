import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes an image of one program, with the libraries that it is linked with, without an engine, as `docker save` writes it.
 * @param directory where it may write
 * @returns the archive
 */
export function imageOfProgram(directory: string, program: string, name: string, entrypoint: string): string {
  const root = path.join(directory, 'root', path.dirname(entrypoint));
  mkdirSync(root, { recursive: true });
  must('cp', [program, path.join(root, path.basename(entrypoint))]);
  for (const library of librariesOf(program)) {
    const place = path.join(directory, 'root', library);
    mkdirSync(path.dirname(place), { recursive: true });
    copyFileSync(realpathSync(library), place);
  }
  must('tar', [
    '-C',
    path.join(directory, 'root'),
    '--owner=0',
    '--group=0',
    '-cf',
    path.join(directory, 'layer.tar'),
    '.',
  ]);
  const digest = createHash('sha256')
    .update(readFileSync(path.join(directory, 'layer.tar')))
    .digest('hex');
  const config = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Entrypoint: [entrypoint], User: '65534' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  writeFileSync(path.join(directory, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }];
  writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify(manifest));
  const archive = path.join(directory, 'image.tar');
  must('tar', ['-C', directory, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar']);
  return archive;
}

/** None for a static program. */
function librariesOf(program: string): string[] {
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  return [...stdout.matchAll(/(\/lib\S+) \(0x/g)].map(([, library = '']) => library);
}

/** Builds the Go program of a directory, static. */
export function buildGo(source: string, output: string): void {
  must('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', output, '.'], source, { CGO_ENABLED: '0' });
}

function must(
  command: string,
  args: readonly string[],
  cwd?: string,
  environment?: Readonly<Record<string, string>>,
): void {
  const { status, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    cwd,
    env: { ...process.env, ...environment },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stderr}`);
}
