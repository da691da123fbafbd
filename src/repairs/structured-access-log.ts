import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { AccessLog, AccessLogs, LogFormatText, NginxFile } from '../project/access-logs.ts';
import { copiedFiles } from '../project/copied-files.ts';
import type { ImageBuild } from '../project/project.ts';
import { lineAfter, lineStart } from './text-edits.ts';

/** Lets nginx or Apache write one JSON object a request; undefined where what is logged, or where a format may stand, is not known. */
export function structuredAccessLog({ server, logs, nginxFiles }: AccessLogs, build: ImageBuild): Fix | undefined {
  if ([...logs, ...nginxFiles].some(({ artifact }) => isTemplate(artifact.path))) return undefined;
  const edits = server === 'nginx' ? nginxEdits(logs, nginxFiles, build) : httpdEdits(logs);
  if (edits === undefined || edits.length === 0) return undefined;
  return { title: 'Log requests as JSON', changes: { edits }, assumptions: assumptionsOf(server) };
}

/** Something fills it in first, and may take a dollar or a brace for its own. */
function isTemplate(path: string): boolean {
  return /\.(?:template|tmpl|j2|in|erb)$/.test(path);
}

function assumptionsOf(server: AccessLogs['server']): Assumption[] {
  return [
    {
      statement: 'Nothing reads the lines of the log as text.',
      state: 'unknown',
      question: "Does anything read these lines as text today: a collector's pattern, fail2ban, a log analyser?",
    },
    server === 'nginx'
      ? { statement: 'nginx escapes for JSON since 1.11.8.', state: 'holds' }
      : {
          statement: 'What clients send is ASCII.',
          state: 'unknown',
          question:
            'Apache writes bytes outside of ASCII, which only odd clients send in a header, as \\xHH, and JSON does not know that: may such a line be refused?',
        },
  ];
}

/** What each request tells, by the names that nginx has for it. */
const numbers = /^(?:body_bytes_sent|bytes_sent|request_length|request_time|connection_requests|msec)$/;

function nginxJson(variables: readonly string[]): string {
  const pairs = variables.map((name) => `"${name}":${numbers.test(name) ? `$${name}` : `"$${name}"`}`);
  return `escape=json '{${pairs.join(',')}}'`;
}

const combined = [
  'time_iso8601',
  'remote_addr',
  'remote_user',
  'request',
  'status',
  'body_bytes_sent',
  'http_referer',
  'http_user_agent',
];

function nginxEdits(
  logs: readonly AccessLog[],
  files: readonly NginxFile[],
  build: ImageBuild,
): TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  const known = new Set(logs.flatMap(({ format }) => format ?? []));
  for (const format of known) {
    const edit = nginxFormatEdit(format);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  const ownFormat = logs.filter(({ format }) => format === undefined);
  if (logs.length > 0 && ownFormat.length === 0) return edits;
  const place = placeOfFormat(files, build);
  if (place === undefined || files.some(({ artifact }) => /\blog_format\s+json\b/.test(artifact.text)))
    return undefined;
  // A step of the build writes a log of its own.
  if (logs.length === 0 && build.dockerfile.text.includes('access_log')) return undefined;
  const lines = [`log_format json ${nginxJson(combined)};`];
  // A log in http stands beside the one of nginx.conf; in a server it takes its place.
  if (logs.length === 0 && place.inHttp) lines.push(`access_log ${defaultFile} json;`);
  edits.push(place.insert(lines));
  if (logs.length === 0 && !place.inHttp)
    for (const server of place.file.servers)
      edits.push(firstInBlock(place.file, server.range.end, [`access_log ${defaultFile} json;`]));
  for (const { artifact, formatRange, formatName } of ownFormat)
    edits.push({ path: artifact.path, range: formatRange, replacement: formatName === undefined ? ' json' : 'json' });
  return edits;
}

/** Of the official image, of nginx-unprivileged, and of the packages of Debian and Alpine. */
const defaultFile = '/var/log/nginx/access.log';

/** The same variables, each under its own name; the time in the form that is sorted and understood everywhere. */
function nginxFormatEdit({ text, artifact, range }: LogFormatText): TextEdit | undefined {
  const variables = [...text.matchAll(/\$\{?(\w+)\}?/g)].map(([, name = '']) =>
    name === 'time_local' ? 'time_iso8601' : name,
  );
  // Between its parts a comment may stand.
  if (variables.length === 0 || artifact.text.slice(range.start, range.end).includes('#')) return undefined;
  return { path: artifact.path, range, replacement: nginxJson([...new Set(variables)]) };
}

interface FormatPlace {
  readonly file: NginxFile;
  readonly inHttp: boolean;
  insert(lines: readonly string[]): TextEdit;
}

/** At the begin of `http`, which stands before all that is included; else at the begin of the one file that nginx.conf includes there. */
function placeOfFormat(files: readonly NginxFile[], build: ImageBuild): FormatPlace | undefined {
  const main = files.filter(({ http }) => http !== undefined);
  const [only, ...others] = main.length > 0 ? main : files;
  if (only === undefined || others.length > 0) return undefined;
  const { http, first, artifact } = only;
  if (http) return { file: only, inHttp: true, insert: (lines) => firstInBlock(only, http.range.end, lines) };
  const directory = copiedFiles(build.dockerfile, stageOf(build, only)).find(
    ({ instruction }) => instruction === only.instruction,
  )?.destination;
  if (!first || !/^\/etc\/nginx\/(?:conf\.d|http\.d|sites-(?:enabled|available))(?:\/|$)/.test(directory ?? ''))
    return undefined;
  const start = lineStart(artifact.text, first.range.start);
  const newline = artifact.text.includes('\r\n') ? '\r\n' : '\n';
  return {
    file: only,
    inHttp: false,
    insert: (lines) => ({
      path: artifact.path,
      range: { start, end: start },
      replacement: lines.map((line) => `${line}${newline}`).join('') + newline,
    }),
  };
}

function stageOf({ dockerfile, stage }: ImageBuild, { instruction }: NginxFile): NonNullable<ImageBuild['stage']> {
  const own = dockerfile.stages.find(({ instructions }) => instructions.includes(instruction)) ?? stage;
  if (own === undefined) throw new Error('a copied file has a stage');
  return own;
}

/** Below the line of an opening brace, as far in as what follows there. */
function firstInBlock({ artifact }: NginxFile, end: number, lines: readonly string[]): TextEdit {
  const { text, path } = artifact;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const next = lineAfter(text, end);
  const isAlone = /^[^\S\n]*(?:#[^\n]*)?\r?\n/.test(text.slice(end, next));
  if (!isAlone) return { path, range: { start: end, end }, replacement: ` ${lines.join(' ')}` };
  const outer = /^[^\S\n]*/.exec(text.slice(lineStart(text, end)))?.[0] ?? '';
  const inner = /^(?:[^\S\n]*\r?\n)*([^\S\n]+)(?=[^\s}])/.exec(text.slice(next))?.[1] ?? `${outer}    `;
  return {
    path,
    range: { start: next, end: next },
    replacement: lines.map((line) => `${inner}${line}${newline}`).join(''),
  };
}

/** What the official image and Debian's package call formats that they define themselves. */
const httpdNamed: Readonly<Record<string, string>> = {
  common: '%h %l %u %t "%r" %>s %b',
  combined: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
  vhost_combined: '%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i"',
};

/** https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats; what is always a number without quotes. */
const httpdItems: Readonly<Record<string, readonly [name: string, item: string]>> = {
  '%h': ['remote_host', '"%h"'],
  '%a': ['remote_addr', '"%a"'],
  '%{c}a': ['peer_addr', '"%{c}a"'],
  '%l': ['ident', '"%l"'],
  '%u': ['remote_user', '"%u"'],
  '%t': ['time', '"%{%Y-%m-%dT%H:%M:%S%z}t"'],
  '%r': ['request', '"%r"'],
  '%s': ['status', '"%s"'],
  '%>s': ['status', '"%>s"'],
  '%b': ['bytes', '%B'],
  '%B': ['bytes', '%B'],
  '%O': ['bytes_out', '%O'],
  '%I': ['bytes_in', '%I'],
  '%D': ['microseconds', '%D'],
  '%T': ['seconds', '%T'],
  '%v': ['server_name', '"%v"'],
  '%V': ['server_name', '"%V"'],
  '%p': ['port', '"%p"'],
  '%m': ['method', '"%m"'],
  '%U': ['path', '"%U"'],
  '%q': ['query', '"%q"'],
  '%H': ['protocol', '"%H"'],
};

function httpdJson(format: string): string | undefined {
  const pairs = new Map<string, string>();
  for (const [item] of format.matchAll(/%[!<>\d,]*(?:\{[^}]*\})?\^?[a-zA-Z%]{1,3}?/g)) {
    const header = /^%[<>]?\{([\w-]+)\}i$/.exec(item)?.[1];
    const known = httpdItems[item];
    if (header !== undefined) pairs.set(header.toLowerCase().replaceAll('-', '_'), `"${item}"`);
    else if (known) pairs.set(known[0], known[1]);
    else return undefined;
  }
  if (pairs.size === 0) return undefined;
  const text = `{${[...pairs].map(([name, item]) => `"${name}":${item}`).join(',')}}`;
  return `"${text.replaceAll('"', '\\"')}"`;
}

function httpdEdits(logs: readonly AccessLog[]): TextEdit[] | undefined {
  const edits = new Map<string, TextEdit>();
  for (const { artifact, format, formatName, formatRange } of logs) {
    const text = format?.text ?? httpdNamed[formatName ?? ''];
    const replacement = text === undefined ? undefined : httpdJson(text);
    if (replacement === undefined) return undefined;
    const place = format
      ? { path: format.artifact.path, range: format.range }
      : { path: artifact.path, range: formatRange };
    edits.set(`${place.path}\0${place.range.start}`, { ...place, replacement });
  }
  return [...edits.values()];
}
