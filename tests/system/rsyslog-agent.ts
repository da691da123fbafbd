import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LogSample } from './log-samples.ts';

const program = '/usr/sbin/rsyslogd';

export function hasRsyslog(): boolean {
  return spawnSync('dpkg', ['-s', 'rsyslog', 'rsyslog-elasticsearch']).status === 0 && existsSync(program);
}

/**
 * A stand-in for the generated agents, which no package registry has: Debian's rsyslog reads the same files, takes the CRI frame off,
 * reads JSON and sends documents of the same shape, with the file's name as of a pod
 * that was gone before it was asked for. It cannot join partial lines and stack
 * traces in one input, and leaves the frames of joined lines in the text: a pipeline of its own takes them out ({@link standInPipeline}).
 */
export function startRsyslog(directory: string, port: number, samples: readonly LogSample[]): { stop(): void } {
  mkdirSync(path.join(directory, 'work'), { recursive: true });
  const configuration = path.join(directory, 'rsyslog.conf');
  writeFileSync(configuration, configurationFor(directory, port, samples));
  const checked = spawnSync(program, ['-N1', '-f', configuration], { encoding: 'utf8' });
  if (checked.status !== 0) throw new Error(`rsyslog refuses its configuration: ${checked.stderr}`);
  const child = spawn(program, ['-n', '-f', configuration, '-i', path.join(directory, 'pid')], { stdio: 'ignore' });
  return { stop: () => void child.kill('SIGKILL') };
}

/** In place of the template's own, which it ends with. */
export function standInPipeline(ending: string): object {
  return {
    processors: [
      {
        gsub: { field: 'log', pattern: '\\n\\S+ std(?:out|err) [FP] ', replacement: '', if: "ctx.joined == 'partial'" },
      },
      { json: { field: 'log', target_field: 'app', if: "ctx.joined == 'partial' && ctx.log.startsWith('{')" } },
      { remove: { field: 'log', if: "ctx.joined == 'partial' && ctx.app != null" } },
      {
        gsub: {
          field: 'log',
          pattern: '\\n\\S+ std(?:out|err) [FP] ',
          replacement: '\n',
          if: "ctx.joined == 'traces'",
        },
      },
      { remove: { field: 'joined', ignore_missing: true } },
      { pipeline: { name: ending } },
    ],
  };
}

/** What begins or ends an entry: any line but a blank's or brace's begins one; a line of tag F ends one. */
const joining = {
  none: '',
  traces: ' startmsg.regex="^[^ ]+ (stdout|stderr) F [^ \t}]" readTimeout="2"',
  partial: ' endmsg.regex="^[^ ]+ (stdout|stderr) F " readTimeout="2"',
} as const;

/** rsyslog takes its patterns as literals only. */
const frame = "'^([^ ]+) (stdout|stderr) ([FP])[^ ]* (.*)$'";

function configurationFor(directory: string, port: number, samples: readonly LogSample[]): string {
  return `global(workDirectory="${directory}/work" maxMessageSize="1m")
module(load="imfile" mode="polling" pollingInterval="1")
module(load="omelasticsearch")
template(name="document" type="subtree" subtree="$!doc")
template(name="id" type="string" string="%$!id%")
${samples.map(({ file, joins }) => `input(type="imfile" file="${directory}/logs/${file}" tag="cri" ruleset="cri" addMetadata="on" escapeLF="off"${joining[joins]})`).join('\n')}
ruleset(name="cri") {
  set $!doc!@timestamp = re_extract($msg, ${frame}, 0, 1, "");
  set $!doc!stream = re_extract($msg, ${frame}, 0, 2, "");
  set $.text = re_extract($msg, ${frame}, 0, 4, "");
  set $!doc!file = $!metadata!filename;
  set $.name = re_extract($!metadata!filename, '([^/]+)$', 0, 1, "");
${samples
  .filter(({ joins }) => joins !== 'none')
  .map(({ file, joins }) => `  if ($.name == "${file}") then { set $!doc!joined = "${joins}"; }`)
  .join('\n')}
  set $.read = 1;
  if ($!doc!joined == "" and $.text startswith "{") then { set $.read = parse_json($.text, "\\$!doc!app"); }
  if ($.read != 0) then { set $!doc!log = $.text; }
  set $!id = $.name & "-" & $!metadata!fileoffset;
  action(type="omelasticsearch" server="127.0.0.1" serverport="${port}" template="document" searchIndex="logs-containers-default" searchType="" esVersion.major="8"
    bulkmode="on" writeoperation="create" bulkid="id" dynBulkId="on" pipelineName="stand-in" errorFile="${directory}/errors.json" action.resumeRetryCount="-1" action.resumeInterval="1")
}
`;
}
