import { releasesOf } from '../../bases/releases.ts';
import type { Fix, TextEdit } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter } from '../../dockerfile/edit.ts';
import { commentedStart, inCaseOf, lineEndOf } from '../../dockerfile/edit-lines.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { absolutePath } from '../../project/copied-files.ts';
import { lastInstruction } from '../../project/stage-facts.ts';
import type { SplitSubject } from './split-plan.ts';
import { readStaticServer, type StaticServer } from './static-server.ts';

const root = '/usr/share/nginx/html';

/**
 * A site of files that a program of Node.js or Python serves: the files on nginx, which listens on the same port and runs without
 * rights. Undefined where the container starts something else.
 */
export function staticSite(subject: SplitSubject): Fix | { readonly refusal: string } | undefined {
  const { dockerfile, stage, directory } = subject;
  const { from } = stage;
  const start = lastInstruction(stage, 'ENTRYPOINT') ?? lastInstruction(stage, 'CMD');
  const commands = (start && dockerfile.script(start)?.commands) ?? [];
  const [command, another] = commands;
  if (start === undefined || command === undefined || another !== undefined || from === undefined) return undefined;
  const scope = environmentAt(dockerfile, start);
  const server = readStaticServer(command, (name) => scope.get(name));
  if (server === undefined || 'refusal' in server) return server;
  if (command.arguments.some(({ literal }) => !literal)) return { refusal: 'a variable is in the start command' };
  if (start.name === 'ENTRYPOINT' && lastInstruction(stage, 'CMD') !== undefined)
    return { refusal: 'ENTRYPOINT and CMD start the program together' };
  const served = absolutePath(directory, server.directory ?? '.');
  if (served === undefined || served === '/') return { refusal: 'it is not known which directory is served' };
  const unmovable = stage.instructions.find(({ name }) => name === 'HEALTHCHECK' || name === 'VOLUME');
  if (unmovable !== undefined) return { refusal: `${unmovable.name} may not fit nginx` };
  return {
    title: `Build in a stage of its own and ship ${served} on nginx without rights`,
    changes: { edits: editsOf(subject, from, start, server, served) },
    assumptions: [
      {
        statement: `Nothing but files is asked of ${server.name}, as nginx serves them.`,
        state: 'unknown',
        question: `Does anything rely on what ${server.name} does otherwise than nginx (${server.differs}), or on a root user, a shell with Node.js or Python, or the access log of ${server.name}? nginx runs as user 101 and still listens on port ${server.port}.`,
      },
    ],
  };
}

function editsOf(
  { dockerfile, stage }: SplitSubject,
  from: Instruction,
  start: Instruction,
  server: StaticServer,
  served: string,
): TextEdit[] {
  const { text, path } = dockerfile;
  const eol = lineEndOf(dockerfile);
  const moved = stage.instructions.filter(({ name }) => name === 'EXPOSE' || name === 'LABEL' || name === 'STOPSIGNAL');
  const dropped = stage.instructions.filter(
    (each) =>
      each === start || each.name === 'CMD' || (each.name === 'USER' && isBehindSteps(stage.instructions, each)),
  );
  const cut = (instruction: Instruction): TextEdit => ({
    path,
    range: { start: commentedStart(dockerfile, instruction), end: instruction.syntax.range.end },
    replacement: '',
  });
  const comments = dropped.map((each) =>
    text.slice(commentedStart(dockerfile, each), each.syntax.range.start).trimEnd(),
  );
  const lines = [
    ...moved.map((each) => text.slice(commentedStart(dockerfile, each), each.range.end)),
    ...comments.filter((comment) => comment !== ''),
  ];
  const keyword = inCaseOf(from, 'FROM');
  const release = releasesOf('nginx')?.kept[0] ?? 'stable';
  const written = [
    '',
    `${keyword} nginxinc/nginx-unprivileged:${release}`,
    ...configuration(server, dockerfile.syntax.escape),
    `${inCaseOf(from, 'COPY')} --from=${nameOf(dockerfile)} ${served} ${root}`,
    ...lines,
  ].map((line) => line.replaceAll(/\r?\n/g, eol));
  const edits = [...moved, ...dropped].map(cut);
  edits.push(insertAfter(dockerfile, from.range, ` ${inCaseOf(from, 'AS')} ${nameOf(dockerfile)}`));
  const endsLine = text.endsWith('\n');
  edits.push({
    path,
    range: { start: text.length, end: text.length },
    replacement: (endsLine ? '' : eol) + written.join(eol) + (endsLine ? eol : ''),
  });
  return edits;
}

/** No step of the build runs as this user. */
function isBehindSteps(instructions: readonly Instruction[], user: Instruction): boolean {
  return !instructions.some(({ name, range }) => name === 'RUN' && range.start > user.range.start);
}

function nameOf({ text, stages }: Dockerfile): string {
  return stages.some(({ name }) => name === 'build') || /--from=build\b/.test(text) ? 'site' : 'build';
}

/** The step that writes the server's configuration: the image's own listens on 8080 and knows no application of one page. */
function configuration({ name, port, singlePage, anyOrigin }: StaticServer, lineEscape: string): readonly string[] {
  const lines = [
    'server {',
    `    listen ${port};`,
    `    root ${root};`,
    // The servers of Node.js say so with every text, Python's does not.
    ...(name === 'serve' || name === 'http-server' ? ['    charset utf-8;'] : []),
    ...(anyOrigin ? ["    add_header Access-Control-Allow-Origin '*';"] : []),
    ...(singlePage ? ['    location / {', '        try_files $uri $uri/ /index.html;', '    }'] : []),
    '}',
  ];
  return [
    `RUN printf '%s\\n' ${lineEscape}`,
    ...lines.map((line) => `      ${line.includes("'") ? `"${line}"` : `'${line}'`} ${lineEscape}`),
    '      > /etc/nginx/conf.d/default.conf',
  ];
}
