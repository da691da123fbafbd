import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sliceRange } from '../../src/core/text.ts';
import { serverLogs } from '../../src/project/internal/server-logs.ts';

test.each<[string, string, string[]]>([
  [
    'nginx',
    'http {\n  access_log /data/a.log main;\n  # error_log /data/b.log;\n  error_log stderr;\n}',
    ['nginx access_log /data/a.log'],
  ],
  ['nginx with nothing to log to', 'server {\n  access_log off;\n  error_log syslog:server=unix:/dev/log;\n}', []],
  ['a text that is no configuration', 'access_log /data/a.log', []],
  [
    'httpd',
    '<VirtualHost *:80>\n  ErrorLog ${APACHE_LOG_DIR}/error.log\n  CustomLog /proc/self/fd/1 combined\n</VirtualHost>',
    ['httpd ErrorLog ${APACHE_LOG_DIR}/error.log'],
  ],
  ['httpd that pipes', '<Directory />\nCustomLog "|/usr/bin/rotatelogs /var/log/a" common', []],
  [
    'php-fpm',
    '[global]\nerror_log = /var/log/fpm.log\n[www]\naccess.log = /dev/stdout',
    ['php-fpm error_log /var/log/fpm.log'],
  ],
  ['php', 'memory_limit = 128M\nerror_log = /var/log/php.log', ['php error_log /var/log/php.log']],
  [
    'supervisord',
    '[program:web]\nstdout_logfile=/dev/fd/1\nstderr_logfile=/var/log/web.err\n;stdout_logfile=/a.log',
    ['supervisord stderr_logfile /var/log/web.err'],
  ],
  ['uWSGI', '[uwsgi]\nlogto = /var/log/uwsgi.log', ['uWSGI logto /var/log/uwsgi.log']],
  [
    'gunicorn',
    'bind = "0.0.0.0:8000"\naccesslog = "-"\nerrorlog = "/var/log/error.log"',
    ['gunicorn errorlog /var/log/error.log'],
  ],
  [
    'Python logging',
    '[handlers]\nkeys=a,b\n[handler_a]\nargs=(sys.stdout,)\n[handler_b]\nargs=("app.log", "a")',
    ['Python logging args app.log'],
  ],
  ['redis', 'appendonly yes\nlogfile ""\n', []],
  ['mysql', '[mysqld]\nlog-error=/var/log/mysql/error.log\n', ['mysql log-error /var/log/mysql/error.log']],
])('%s', (_name, text, expected) => {
  expect(serverLogs(text).map(({ server, directive, file }) => `${server} ${directive} ${file}`)).toEqual(expected);
});

test('the range is that of the directive with its value', () => {
  const text = 'server {\n  access_log /data/a.log;\n}';
  expect(serverLogs(text).map(({ range }) => sliceRange(text, range))).toEqual(['access_log /data/a.log']);
});

test('any text: no exception', () => {
  const pieces = [
    'server {',
    '\n',
    'access_log ',
    '/a/b',
    '"',
    '[uwsgi]',
    'logto=',
    ' ',
    '\t',
    '[handlers]',
    'args=("',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 100 }), (all) => {
      const text = all.join('');
      for (const { range } of serverLogs(text)) expect(range.end).toBeLessThanOrEqual(text.length);
    }),
  );
});
