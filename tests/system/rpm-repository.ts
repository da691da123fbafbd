import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const tools = ['/usr/bin/rpmbuild', '/usr/bin/createrepo_c', '/usr/bin/rpm'];
export const hasRpmTools = tools.every((tool) => existsSync(tool));

/**
 * Builds empty packages with rpmbuild, each told as `name epoch:version-release; Requires: other >= 1`, and lists them with createrepo_c.
 * @param name of the directory below `scratch` that becomes the repository
 */
export function makeRpmRepository(scratch: string, name: string, lines: readonly string[]): void {
  const specs = lines.map((line, at) => {
    const [head = '', ...fields] = line.split('; ');
    const [of = '', evr = ''] = head.split(' ');
    const [, epoch = '', version = '', release = ''] = /^(?:(\d+):)?([^-]+)-(.+)$/.exec(evr) ?? [];
    const tags = [`Name: ${of}`, ...(epoch ? [`Epoch: ${epoch}`] : []), `Version: ${version}`, `Release: ${release}`];
    const text = [...tags, 'Summary: x', 'License: MIT', 'BuildArch: noarch', ...fields, '%description', 'x', '%files'];
    const spec = path.join(scratch, `${name}-${at}.spec`);
    mkdirSync(scratch, { recursive: true });
    writeFileSync(spec, `${text.join('\n')}\n`);
    return spec;
  });
  const folders = ['--define', `_topdir ${scratch}/build`, '--define', `_rpmdir ${scratch}/${name}`];
  execFileSync('rpmbuild', ['-bb', '--quiet', ...folders, ...specs], { stdio: 'pipe' });
  execFileSync('createrepo_c', ['-q', '--no-database', path.join(scratch, name)], { stdio: 'pipe' });
}
