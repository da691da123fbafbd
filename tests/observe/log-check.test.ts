import { describe, expect, test } from 'vitest';
import { logCheck } from '../../src/observe/log-check/check-log.ts';
import type { ContainerFormat } from '../../src/observe/log-check/container-format.ts';
import { repeatedName } from '../../src/observe/log-check/json-line.ts';
import type { LogReport } from '../../src/observe/log-check/log-report.ts';

function check(
  text: string | Buffer,
  format: ContainerFormat | 'auto' = 'auto',
  chunk = Number.POSITIVE_INFINITY,
): LogReport {
  const bytes = Buffer.from(text);
  const log = logCheck(format);
  const size = Math.min(chunk, bytes.length || 1);
  for (let at = 0; at < bytes.length; at += size) log.push(bytes.subarray(at, at + size));
  return log.end();
}

/** `kind@line,line` of every finding but those that any short sample has. */
function found(report: LogReport): string[] {
  return report.findings.map(({ kind, lines }) => `${kind}@${lines.join(',')}`).sort();
}

const good = (extra: object = {}) =>
  JSON.stringify({ time: '2026-11-27T10:00:00Z', level: 'info', msg: 'served', ...extra });

describe('what is structured', () => {
  test('one JSON object a line has nothing to find, and its fields are told by their roles', () => {
    const report = check(`${good({ trace_id: 'a' })}\n${good({ trace_id: 'b' })}\n`);
    expect(report).toMatchObject({ container: 'plain', lines: 2, structured: 1, fields: 4, findings: [] });
    expect(report.roles).toEqual([
      { role: 'timestamp', field: 'time', share: 1 },
      { role: 'level', field: 'level', share: 1 },
      { role: 'message', field: 'msg', share: 1 },
      { role: 'trace', field: 'trace_id', share: 1 },
    ]);
    expect(report.times).toEqual([{ form: 'RFC 3339', lines: 2 }]);
  });

  test('logfmt is structured, and a sentence with one equals sign is not', () => {
    expect(check('time=2026-11-27T10:00:00Z level=info msg="a \\"quoted\\" word"\n').structured).toBe(1);
    expect(check('2026-11-27T10:00:00Z INFO a=1 is what was asked\n').structured).toBe(0);
  });

  test.each([
    ['127.0.0.1 - - [27/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "curl"', 'access log'],
    ['I1127 10:00:00.123456       1 server.go:12] started', 'klog'],
    ['2026-11-27T10:00:00Z INFO started', 'plain'],
  ])('%s is %s', (line, format) => {
    expect(check(`${line}\n`).formats).toEqual([{ format, lines: 1, firstLine: 1 }]);
  });

  test('two formats in one log are named with their shares', () => {
    const report = check(`${good()}\n${good()}\n${good()}\n2026-11-27T10:00:00Z INFO starting\n`);
    expect(found(report)).toEqual(['mixed-formats@4']);
    expect(report.findings[0]?.message).toContain('json 75 %, plain 25 %');
  });

  test('an empty log has no line to judge', () => {
    expect(check('')).toMatchObject({ lines: 0, findings: [] });
    expect(check('\n\n')).toMatchObject({ lines: 0, findings: [] });
  });
});

describe('what breaks a parser or an index', () => {
  const bad: [name: string, text: string | Buffer, expected: string[]][] = [
    ['colours', `${good()}\n\u001b[32m${good()}\u001b[0m\n`, ['ansi@2']],
    [
      'bytes that are no UTF-8',
      Buffer.concat([
        Buffer.from(`${good()}\n{"time":"2026-11-27T10:00:00Z","level":"info","msg":"caf`),
        Buffer.from([0xe9]),
        Buffer.from('"}\n'),
      ]),
      ['invalid-utf8@2'],
    ],
    ['a NUL byte', `${good()}\n2026-11-27T10:00:00Z INFO a\0b\n`, ['mixed-formats@2', 'nul@2']],
    ['a line over 16 KiB', `${good({ payload: 'x'.repeat(17_000) })}\n`, ['long-line@1']],
    [
      'one field of two types',
      `${good({ user: 7 })}\n${good({ user: { id: 7 } })}\n${good({ user: 8 })}\n`,
      ['type-change@1,2'],
    ],
    [
      'a value and an object by a dot',
      `${good({ http: 'GET' })}\n${good({ 'http.method': 'GET' })}\n`,
      ['dotted-name@2', 'type-change@1,2'],
    ],
    ['numbers with and without quotes', `${good({ size: 7 })}\n${good({ size: '8' })}\n`, ['number-as-string@1,2']],
    ['numbers in quotes', `${good({ size: '7' })}\n${good({ size: '8' })}\n`, ['number-as-string@1']],
    ['dates, then other text', `${good({ since: '2026-01-01' })}\n${good({ since: 'never' })}\n`, ['type-change@1,2']],
    ['a name twice', '{"time":"2026-11-27T10:00:00Z","level":"info","msg":"a","level":"warn"}\n', ['duplicate-key@1']],
    [
      'a name twice, with spaces',
      '{"time" : "2026-11-27T10:00:00Z","level" : "info","msg" : "a","msg" : "b"}\n',
      ['duplicate-key@1'],
    ],
    ['deep nesting', `${good({ a: JSON.parse(`${'{"a":'.repeat(25)}1${'}'.repeat(25)}`) })}\n`, ['deep-nesting@1']],
    ['dots in names', `${good({ 'http.method': 'GET' })}\n`, ['dotted-name@1']],
    ['names that no index takes', `${good({ '.hidden': 1 })}\n`, ['bad-name@1']],
    ['a time without zone', `${good({ time: '2026-11-27T10:00:00.123' })}\n`, ['timestamp-without-zone@1']],
    [
      'a time of Python’s own form',
      '2026-11-27 10:00:00,123 INFO started\n',
      ['timestamp-without-zone@1', 'unstructured@1'],
    ],
    ['no level', '{"time":"2026-11-27T10:00:00Z","msg":"a"}\n', ['no-level@1']],
    ['no message', '{"time":"2026-11-27T10:00:00Z","level":"info"}\n', ['no-message@1']],
    ['no time', '{"msg":"a","level":"info"}\n', ['no-timestamp@1']],
    ['a level of numbers', `${good({ level: 30 })}\n`, ['level-number@1']],
    ['half an object', `${good()}\n{"time":"2026-11-27T10:00:00Z","lev"}\n`, ['broken-json@2', 'mixed-formats@2']],
    ['an object over lines', `${good()}\n{\n  "level": "info",\n  "msg": "a"\n}\n${good()}\n`, ['multi-line-json@2']],
    [
      'JSON behind a prefix',
      `web-1  | ${good()}\n`,
      ['no-level@1', 'no-timestamp@1', 'prefixed-json@1', 'unstructured@1'],
    ],
    [
      'whole numbers past 2^53',
      '{"time":"2026-11-27T10:00:00Z","level":"info","msg":"a","n":12345678901234567890}\n',
      ['large-number@1'],
    ],
  ];
  test.each(bad)('%s', (_, text, expected) => {
    expect(
      found(check(text)).filter((each) => !/^(?:no-level|no-timestamp)/.test(each) || expected.includes(each)),
    ).toEqual(expected);
  });

  test('more than a thousand names', () => {
    const text = Array.from({ length: 1200 }, (_, at) => good({ [`user_${at}_x`]: at })).join('\n');
    expect(found(check(text))).toEqual(['many-fields@']);
  });

  test('names without end are counted in bounded memory', () => {
    const text = Array.from({ length: 5000 }, (_, at) => good({ [`user_${at}_x`]: at })).join('\n');
    expect(check(text)).toMatchObject({ fieldsCut: true, fields: 2000 });
  });
});

describe('entries of several lines', () => {
  const entry = '2026-11-27T10:00:00Z ERROR it failed';
  const traces: [language: string, lines: string[]][] = [
    [
      'java',
      [
        entry,
        'java.lang.IllegalStateException: no',
        '\tat com.example.Shop.order(Shop.java:12)',
        'Caused by: java.io.IOException',
        '\t... 12 more',
      ],
    ],
    ['python', [entry, 'Traceback (most recent call last):', '  File "/app/a.py", line 3, in <module>', '    run()']],
    ['node', [entry, '    at run (/app/a.js:1:7)', '    at node:internal/main:1:1']],
    [
      'go',
      [
        'panic: runtime error: index out of range',
        '',
        'goroutine 1 [running]:',
        'main.main()',
        '\t/app/main.go:7 +0x1d',
      ],
    ],
    ['ruby', [entry, "\tfrom /app/a.rb:3:in `run'"]],
    ['dotnet', [entry, '   at Shop.Order() in /src/Shop.cs:line 12']],
    ['php', ['2026-11-27T10:00:00Z ERROR Fatal error', '#0 /app/a.php(3): run()', '#1 {main}']],
    ['rust', ["thread 'main' panicked at src/main.rs:3:5:", 'no', 'stack backtrace:', '   0: rust_begin_unwind']],
  ];
  test.each(traces)('a stack trace of %s is one entry, named by its language', (language, lines) => {
    const multi = check(`${lines.join('\n')}\n${entry}\n`).findings.find(({ kind }) => kind === 'multi-line');
    expect(multi?.message).toContain(`stack traces of ${language}`);
  });

  test('a stack trace inside a JSON string is none', () => {
    expect(check(`${good({ stack: 'Error: no\n    at run (/app/a.js:1:7)' })}\n`).findings).toEqual([]);
  });

  test('indented lines go on with the one before them', () => {
    const report = check(`${entry}\n  with more\n${entry}\n`);
    expect(report.findings.find(({ kind }) => kind === 'multi-line')).toMatchObject({ count: 1, lines: [1] });
  });
});

describe('what the runtime writes around the lines', () => {
  const stamp = '2026-11-27T10:00:00.123456789Z';
  test('CRI: partial lines are joined, each stream for itself', () => {
    const whole = good({ payload: 'x'.repeat(40) });
    const report = check(
      [
        `${stamp} stdout P ${whole.slice(0, 30)}`,
        `${stamp} stderr F ${good()}`,
        `${stamp} stdout P ${whole.slice(30, 50)}`,
        `${stamp} stdout F ${whole.slice(50)}`,
      ].join('\n'),
    );
    expect(report).toMatchObject({ container: 'cri', lines: 2, structured: 1 });
    expect(found(report)).toEqual(['partial-lines@']);
  });

  test('CRI: an empty line, and one that is foreign', () => {
    const report = check(`${stamp} stdout F \n${stamp} stdout F ${good()}\nfailed to get log\n`);
    expect(found(report)).toEqual(['foreign-line@3']);
    expect(report.lines).toBe(1);
  });

  test('Docker: lines are taken out of their objects, partial ones joined', () => {
    const whole = good();
    const wrap = (log: string) => JSON.stringify({ log, stream: 'stdout', time: stamp });
    const report = check(`${wrap(whole.slice(0, 20))}\n${wrap(`${whole.slice(20)}\n`)}\n`);
    expect(report).toMatchObject({ container: 'docker', lines: 1, structured: 1 });
    expect(found(report)).toEqual(['partial-lines@']);
  });

  test('an application’s own JSON with a field «log» is no file of Docker', () => {
    expect(check('{"log":"a","level":"info","msg":"a"}\n').container).toBe('plain');
  });

  test.each([1, 2, 3, 7, 64])('chunks of %i bytes give the same report', (size) => {
    const text = `${stamp} stdout P {"time":"2026-11-27T10:00:00Z","lev\r\n${stamp} stdout F el":"info","msg":"é"}\n${stamp} stdout F ${good()}`;
    expect(check(text, 'auto', size)).toEqual(check(text));
  });

  test('a line of megabytes is judged as long, and kept in bounded memory', () => {
    const log = logCheck('plain');
    for (let at = 0; at < 64; at += 1) log.push(Buffer.alloc(1 << 20, 0x61));
    const report = log.end();
    expect(report.longestLine).toBe(64 << 20);
    expect(report.findings.map(({ kind }) => kind)).toContain('long-line');
  });
});

describe('secrets', () => {
  const token = `ghp_${'a1B2'.repeat(9)}`;
  test.each([
    ['a token in text', `2026-11-27T10:00:00Z INFO using ${token}\n`, token, 'GitHub token in column 33'],
    ['a token in a field', `${good({ note: token })}\n`, token, 'GitHub token in field note'],
    [
      'a password by its name',
      `${good({ db: { password: 'hunter2-x' } })}\n`,
      'hunter2-x',
      'password in field db.password',
    ],
    [
      'credentials of a request',
      `${good({ headers: { authorization: 'Bearer abcdef123456' } })}\n`,
      'abcdef123456',
      'credentials of a request in field headers.authorization',
    ],
    [
      'a password in logfmt',
      'time=2026-11-27T10:00:00Z level=info msg=a password=hunter2-x\n',
      'hunter2-x',
      'password in field password',
    ],
    [
      'a header in text',
      '2026-11-27T10:00:00Z INFO Authorization: Bearer abcdef123456\n',
      'abcdef123456',
      'credentials of a request',
    ],
  ])('%s is told by kind and place, never by value', (_, text, value, told) => {
    const report = check(text);
    expect(report.findings[0]).toMatchObject({ kind: 'secret', severity: 'error', lines: [1] });
    expect(report.findings[0]?.message).toContain(told);
    expect(JSON.stringify(report)).not.toContain(value);
  });

  test.each([
    good({ password: '[REDACTED]' }),
    good({ authorization: 'Bearer ***' }),
    good({ token_type: 'bearer', tokens: 12 }),
    '2026-11-27T10:00:00Z INFO password: changed by its owner',
  ])('%s holds none', (line) => {
    expect(check(`${line}\n`).findings.map(({ kind }) => kind)).not.toContain('secret');
  });
});

describe('names that an object has twice', () => {
  test.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":{"b":1},"c":{"b":1}}', undefined],
    ['[{"a":1},{"a":2}]', undefined],
    ['{"a":"\\"a\\":1"}', undefined],
    ['{"x":[{"b":{"c":1,"c":1}}]}', 'c'],
  ])('%s', (text, name) => {
    expect(repeatedName(text)).toBe(name);
  });
});
