import type { Artifact } from '../core/artifact.ts';
import type { SourceRange } from '../core/text.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import { type CopiedConfiguration, copiedConfigurations } from './copied-configuration.ts';
import { type NginxStatement, nginxStatements } from './internal/nginx-statements.ts';
import type { ImageBuild, Project } from './project.ts';

/** A format that a configuration gives a name to, or writes where it is used. */
export interface LogFormatText {
  /** Absent where it is written in the directive of the log. */
  readonly name?: string;
  readonly text: string;
  readonly isJson: boolean;
  /** Its text as written, in quotes: for nginx from the first string, `escape=` included, to the last. */
  readonly range: SourceRange;
  readonly artifact: Artifact;
}

/** A directive that makes a server log each request. */
export interface AccessLog {
  readonly artifact: Artifact;
  readonly instruction: CopyInstruction;
  readonly range: SourceRange;
  readonly file: string;
  /** The word that names the format, or an empty range where it would stand. */
  readonly formatRange: SourceRange;
  /** What that word says; undefined where the server's own format is taken. */
  readonly formatName: string | undefined;
  /** The format where the copied files tell it. */
  readonly format: LogFormatText | undefined;
}

/** A configuration file of nginx in an image, with what a new format or log would be put into. */
export interface NginxFile {
  readonly artifact: Artifact;
  readonly instruction: CopyInstruction;
  /** `http {` of the file. */
  readonly http: NginxStatement | undefined;
  /** Each `server {` that is not in a block of mail or stream, and whose log is not switched off or sent to a syslog. */
  readonly servers: readonly NginxStatement[];
  /** For all servers at once the log is switched off or goes to a syslog. */
  readonly isSettled: boolean;
  readonly first: NginxStatement | undefined;
}

/** The access logs that configuration sets which the shipped stage of a build copies from its context. */
export interface AccessLogs {
  readonly server: 'nginx' | 'httpd';
  readonly logs: readonly AccessLog[];
  readonly nginxFiles: readonly NginxFile[];
}

/** Undefined where no configuration of a web server is copied. */
export function accessLogs(project: Project, build: ImageBuild): AccessLogs | undefined {
  const copied = copiedConfigurations(project, build).filter(({ isMeant }) => isMeant);
  if (copied.some(({ artifact }) => opensBlock.test(artifact.text)))
    return nginxLogs(copied.filter(({ artifact }) => opensBlock.test(artifact.text) || snippet.test(artifact.text)));
  const httpd = copied.filter(({ artifact }) => /^[ \t]*CustomLog\s/im.test(artifact.text));
  return httpd.length > 0 ? { server: 'httpd', logs: httpdLogs(httpd), nginxFiles: [] } : undefined;
}

const opensBlock = /^[ \t]*(?:server|http)[ \t]*\{/m;

/** What an include brings into a block. */
const snippet = /^[ \t]*(?:access_log|log_format)\s/m;

function nginxLogs(copied: readonly CopiedConfiguration[]): AccessLogs {
  const read = copied.map((each) => ({
    ...each,
    statements: nginxStatements(each.artifact.text).filter(({ blocks }) => !/^(?:stream|mail)$/.test(blocks[0] ?? '')),
  }));
  const formats = read.flatMap(({ artifact, statements }) => statements.flatMap((each) => nginxFormat(artifact, each)));
  return {
    server: 'nginx',
    logs: read.flatMap(({ artifact, instruction, statements }) =>
      statements.flatMap(({ words, range }): AccessLog[] => {
        const [name, file, format] = words;
        // Nothing, or a receiver of its own kind.
        if (name?.text !== 'access_log' || !file || file.text === 'off' || file.text.startsWith('syslog:')) return [];
        const named = format && !/^(?:buffer|gzip|flush|if)(?:=|$)/.test(format.text) ? format : undefined;
        return [
          {
            artifact,
            instruction,
            range,
            file: file.text,
            formatRange: named?.range ?? { start: file.range.end, end: file.range.end },
            formatName: named?.text,
            format: formats.find((each) => each.name === named?.text),
          },
        ];
      }),
    ),
    nginxFiles: read
      .filter(({ artifact }) => opensBlock.test(artifact.text))
      .map(({ artifact, instruction, statements }) => ({
        artifact,
        instruction,
        http: statements.find(({ words, opensBlock }) => opensBlock && words[0]?.text === 'http'),
        servers: loggingServers(statements),
        isSettled: statements.some((each) => logsElsewhere(each) && each.blocks.at(-1) !== 'server'),
        first: statements[0],
      })),
  };
}

/** Switched off or sent to a syslog, and not only for some paths. */
function logsElsewhere({ words: [directive, target], blocks }: NginxStatement): boolean {
  if (directive?.text !== 'access_log' || blocks.some((block) => block === 'location' || block === 'if')) return false;
  return /^(?:off$|syslog:)/.test(target?.text ?? '');
}

function loggingServers(statements: readonly NginxStatement[]): NginxStatement[] {
  const servers = statements.filter(({ words, opensBlock }) => opensBlock && words[0]?.text === 'server');
  const silenced = statements
    .filter((each) => logsElsewhere(each) && each.blocks.at(-1) === 'server')
    .map(({ range }) => servers.findLast((server) => server.range.start < range.start));
  return servers.filter((server) => !silenced.includes(server));
}

/** https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format */
function nginxFormat(artifact: Artifact, { words }: NginxStatement): LogFormatText[] {
  const [directive, name, ...parts] = words;
  const [first] = parts;
  const last = parts.at(-1);
  if (directive?.text !== 'log_format' || !name || !first || !last) return [];
  const escaping = first.text.startsWith('escape=') ? first.text : undefined;
  const text = (escaping ? parts.slice(1) : parts).map((part) => part.text).join('');
  const isJson = escaping === 'escape=json' || text.trimStart().startsWith('{');
  return [{ name: name.text, text, isJson, artifact, range: { start: first.range.start, end: last.range.end } }];
}

/** A string in quotes, with its escapes, or a word. */
const argument = String.raw`("(?:[^"\\\n]|\\[\s\S]){0,2000}"|'(?:[^'\\\n]|\\[\s\S]){0,2000}'|[^\s"']{1,300})`;

/** https://httpd.apache.org/docs/2.4/mod/mod_log_config.html */
function httpdLogs(copied: readonly CopiedConfiguration[]): AccessLog[] {
  const formats = copied.flatMap(({ artifact }) =>
    [...artifact.text.matchAll(new RegExp(`^[ \\t]*LogFormat[ \\t]+${argument}[ \\t]+([\\w-]{1,100})`, 'gim'))].map(
      (match): LogFormatText => {
        const start = match.index + match[0].indexOf(match[1] ?? '');
        return { ...httpdFormat(artifact, match[1] ?? '', start), name: match[2] ?? '' };
      },
    ),
  );
  return copied.flatMap(({ artifact, instruction }) =>
    [...artifact.text.matchAll(new RegExp(`^[ \\t]*CustomLog[ \\t]+${argument}[ \\t]+${argument}`, 'gim'))].flatMap(
      (match): AccessLog[] => {
        const [whole, file = '', written = ''] = match;
        // A program reads it.
        if (/^["']?\|/.test(file)) return [];
        const end = match.index + whole.length;
        const formatRange = { start: end - written.length, end };
        const own = /[%\s]/.test(written) ? httpdFormat(artifact, written, formatRange.start) : undefined;
        return [
          {
            artifact,
            instruction,
            range: { start: match.index + whole.search(/\S/), end },
            file: file.replace(/^["']|["']$/g, ''),
            formatRange,
            formatName: own ? undefined : written,
            format: own ?? formats.find(({ name }) => name === written),
          },
        ];
      },
    ),
  );
}

function httpdFormat(artifact: Artifact, written: string, start: number): LogFormatText {
  const text = /^["']/.test(written) ? written.slice(1, -1).replace(/\\(["'])/g, '$1') : written;
  return { text, isJson: text.trimStart().startsWith('{'), artifact, range: { start, end: start + written.length } };
}
