import { baseImage } from '../../bases/base-image.ts';
import { releasesOf } from '../../bases/releases.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { absolutePath } from '../../project/copied-files.ts';
import { lastInstruction } from '../../project/stage-facts.ts';
import { lackingInContainers } from './lacking-in-containers.ts';
import type { SplitSubject } from './split-plan.ts';
import { readStaticServer, type StaticServer } from './static-server.ts';

/** The files that a stage serves, and what serves them. */
export interface ServedSite {
  readonly server: StaticServer;
  /** The instruction that starts the server. */
  readonly start: Instruction;
  /** The directory of the files. */
  readonly served: string;
}

/** What a program of Node.js or Python serves. Undefined where the container starts something else. */
export function servedSite(subject: SplitSubject): ServedSite | { readonly refusal: string } | undefined {
  const { dockerfile, stage, directory } = subject;
  const start = lastInstruction(stage, 'ENTRYPOINT') ?? lastInstruction(stage, 'CMD');
  const commands = (start && dockerfile.script(start)?.commands) ?? [];
  const [command, another] = commands;
  if (start === undefined || command === undefined || another !== undefined) return undefined;
  const scope = environmentAt(dockerfile, start);
  const server = readStaticServer(command, (name) => scope.get(name));
  if (server === undefined || 'refusal' in server) return server;
  if (command.arguments.some(({ literal }) => !literal)) return { refusal: 'a variable is in the start command' };
  if (start.name === 'ENTRYPOINT' && lastInstruction(stage, 'CMD') !== undefined)
    return { refusal: 'ENTRYPOINT and CMD start the program together' };
  const served = absolutePath(directory, server.directory ?? '.');
  if (served === undefined || served === '/') return { refusal: 'it is not known which directory is served' };
  const unmovable = boundToServer(subject);
  return unmovable === undefined ? { server, start, served } : { refusal: unmovable };
}

/** What of a stage may act otherwise with another server. A clause. */
export function boundToServer(subject: SplitSubject): string | undefined {
  const found = subject.stage.instructions.find(({ name }) => name === 'HEALTHCHECK' || name === 'VOLUME');
  if (found !== undefined) return `${found.name} may not fit nginx`;
  const image = baseImage(nginxImage());
  return lackingInContainers(subject, { image, packages: [], brought: [], program: ['nginx'], whole: false });
}

/** nginx without rights. No program of the site's own runs on it: another libc changes nothing. */
export function nginxImage(): string {
  return `nginxinc/nginx-unprivileged:${releasesOf('nginx')?.kept[0] ?? 'stable'}-alpine`;
}

/** The step that writes the server's configuration: the image's own listens on 8080 and knows no application of one page. */
export function serverStep(
  { name, port, singlePage, anyOrigin }: Pick<StaticServer, 'name' | 'port' | 'singlePage' | 'anyOrigin'>,
  root: string,
  keyword: string,
  lineEscape: string,
): readonly string[] {
  const lines = [
    'server {',
    `    listen ${port};`,
    `    root ${root};`,
    // As the packages of Debian are set up.
    ...(name === 'nginx' ? ['    index index.html index.htm;'] : []),
    // The servers of Node.js say so with every text, others do not.
    ...(name === 'serve' || name === 'http-server' ? ['    charset utf-8;'] : []),
    ...(anyOrigin ? ["    add_header Access-Control-Allow-Origin '*';"] : []),
    ...(singlePage ? ['    location / {', '        try_files $uri $uri/ /index.html;', '    }'] : []),
    '}',
  ];
  return [
    `${keyword} printf '%s\\n' ${lineEscape}`,
    ...lines.map((line) => `      ${line.includes("'") ? `"${line}"` : `'${line}'`} ${lineEscape}`),
    '      > /etc/nginx/conf.d/default.conf',
  ];
}
