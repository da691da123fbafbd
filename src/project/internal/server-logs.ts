import type { SourceRange } from '../../core/text.ts';
import { isStandardStream } from '../../ecosystems/standard-stream.ts';

/** A setting of a server's configuration that makes it log to a file. */
export interface ServerLog {
  /** `nginx`, `httpd`, `php-fpm`, `supervisord`, `uWSGI`, `gunicorn` … */
  readonly server: string;
  readonly directive: string;
  readonly file: string;
  /** The directive with its value. */
  readonly range: SourceRange;
}

interface Server {
  readonly name: string;
  /** What the configuration of this server alone holds. */
  readonly told: RegExp;
  /** Groups: directive, file. One line each; comments do not match. */
  readonly setting: RegExp;
}

const servers: readonly Server[] = [
  {
    name: 'nginx',
    told: /^[ \t]*(?:server|http|events|upstream[ \t]+\S{1,100}|location[ \t]+[^\n{]{1,200})[ \t]*\{/m,
    setting: /^[ \t]*(access_log|error_log)[ \t]+["']?([^\s;"']{1,300})/gm,
  },
  {
    name: 'httpd',
    told: /^[ \t]*(?:<VirtualHost|LoadModule|DocumentRoot|ServerRoot|<Directory)\b/m,
    setting: /^[ \t]*(CustomLog|ErrorLog|TransferLog)[ \t]+["']?([^\s"']{1,300})/gm,
  },
  {
    name: 'supervisord',
    told: /^\[(?:supervisord|program:[^\]\n]{1,100})\]/m,
    setting: /^[ \t]*(stdout_logfile|stderr_logfile)[ \t]*=[ \t]*([^\s;]{1,300})/gm,
  },
  {
    name: 'php-fpm',
    told: /^[ \t]*(?:pm[ \t]*=|pm\.max_children|\[global\]|catch_workers_output|daemonize[ \t]*=)/m,
    setting: /^[ \t]*(access\.log|error_log)[ \t]*=[ \t]*["']?([^\s;"']{1,300})/gm,
  },
  {
    name: 'php',
    told: /^[ \t]*(?:\[PHP\]|memory_limit[ \t]*=|error_reporting[ \t]*=|upload_max_filesize[ \t]*=|display_errors[ \t]*=)/m,
    setting: /^[ \t]*(error_log)[ \t]*=[ \t]*["']?([^\s;"']{1,300})/gm,
  },
  {
    name: 'uWSGI',
    told: /^\[uwsgi\]/m,
    setting: /^[ \t]*(logto2?|daemonize2?)[ \t]*=[ \t]*([^\s;]{1,300})/gm,
  },
  {
    name: 'gunicorn',
    told: /^(?:bind|workers|worker_class|wsgi_app)[ \t]*=/m,
    setting: /^(accesslog|errorlog)[ \t]*=[ \t]*["']([^"'\n]{1,300})["']/gm,
  },
  {
    name: 'Python logging',
    told: /^\[(?:loggers|handlers|formatters)\]/m,
    setting: /^[ \t]*(args)[ \t]*=[ \t]*\([ \t]*r?["']([^"'\n]{0,200}(?:\/|\.log)[^"'\n]{0,100})["']/gm,
  },
  {
    name: 'redis',
    told: /^[ \t]*(?:maxmemory|appendonly|protected-mode)[ \t]+\S/m,
    setting: /^[ \t]*(logfile)[ \t]+["']?([^\s"']{1,300})/gm,
  },
  {
    name: 'mysql',
    told: /^\[(?:mysqld|mariadb|server)\]/m,
    setting: /^[ \t]*(log[-_]error)[ \t]*=[ \t]*["']?([^\s"']{1,300})/gm,
  },
];

/** The log files that a server's configuration names; what goes to a stream, to syslog or nowhere is left out. Linear in the text. */
export function serverLogs(text: string): ServerLog[] {
  const server = servers.find(({ told }) => told.test(text));
  if (!server) return [];
  return [...text.matchAll(server.setting)].flatMap((match) => {
    const [whole, directive = '', file = ''] = match;
    if (!namesFile(file)) return [];
    const start = match.index + whole.indexOf(directive);
    return [{ server: server.name, directive, file, range: { start, end: match.index + whole.length } }];
  });
}

function namesFile(file: string): boolean {
  if (isStandardStream(file) || /^(?:off|none|stdout|stderr|auto|syslog|memory|\|)/i.test(file)) return false;
  return /[/.]/.test(file);
}
