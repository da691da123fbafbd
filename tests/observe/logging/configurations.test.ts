import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { isJsonObject, jsonObjectOf } from '../../../src/core/json-object.ts';
import { loggingPart } from '../../../src/observe/logging/part.ts';
import { traceRules } from '../../../src/observe/logging/trace-rules.ts';
import type {
  LogAgent,
  LogFormat,
  LogStore,
  ObservedWorkload,
  StackKind,
  TraceLanguage,
} from '../../../src/observe/observe-plan.ts';
import { cart, planOf } from '../example-plan.ts';
import { fluentBitProblems } from './fluent-bit-grammar.ts';
import { fluentdProblems, parseFluentd } from './fluentd-grammar.ts';
import { parseLogstash } from './logstash-grammar.ts';

function workload(name: string, logFormat: LogFormat, language: TraceLanguage | undefined): ObservedWorkload {
  const [container] = cart.containers;
  if (!container) throw new Error('the example has a container');
  return { ...cart, name, containers: [{ ...container, name, logFormat, language }] };
}

const workloads: readonly ObservedWorkload[] = [
  cart,
  ...traceRules.map(({ language }) => workload(language, 'plain', language)),
  workload('front', 'nginx', undefined),
  workload('old', 'apache', 'php'),
  workload('pairs', 'logfmt', 'go'),
];

const stores: readonly LogStore[] = ['elasticsearch', 'opensearch', 'loki', 'logstash'];
const stacks: readonly StackKind[] = ['config', 'full', 'operator'];
const isRefused = (agent: LogAgent, store: LogStore) =>
  (agent === 'otel' && store === 'logstash') || (agent === 'fluentd' && store === 'loki');

const all = (['fluent-bit', 'fluentd', 'otel'] as const).flatMap((logAgent) =>
  stores.flatMap((logStore) =>
    stacks.flatMap((stack) => (isRefused(logAgent, logStore) ? [] : [{ logAgent, logStore, stack }])),
  ),
);

function files(
  choices: { logAgent: LogAgent; logStore: LogStore; stack: StackKind },
  of = workloads,
): ReadonlyMap<string, string> {
  return new Map(
    loggingPart.write(planOf(choices, of)).map(({ path, text }) => [path.replace('base/logging/', ''), text]),
  );
}

function text(map: ReadonlyMap<string, string>, name: string): string {
  return map.get(name) ?? `missing: ${name}`;
}

describe.each(all)('$logAgent to $logStore, $stack', (choices) => {
  const written = files(choices);

  test('the agent’s configuration is of its grammar', () => {
    if (choices.logAgent === 'fluent-bit') expect(fluentBitProblems(text(written, 'fluent-bit.yaml'))).toEqual([]);
    else if (choices.logAgent === 'fluentd') expect(fluentdProblems(text(written, 'fluent.conf'))).toEqual([]);
    else expect(otelProblems(text(written, 'otel-collector.yaml'))).toEqual([]);
  });

  test('a project without workloads gets one as well', () => {
    const none = files(choices, []);
    if (choices.logAgent === 'fluent-bit') expect(fluentBitProblems(text(none, 'fluent-bit.yaml'))).toEqual([]);
    if (choices.logAgent === 'fluentd') expect(fluentdProblems(text(none, 'fluent.conf'))).toEqual([]);
  });

  test('every YAML is read, and the kustomization lists what there is', () => {
    for (const [name, content] of written)
      if (name.endsWith('.yaml'))
        for (const document of parseAllDocuments(content)) expect(document.errors, name).toEqual([]);
    const { resources, configMapGenerator } = jsonObjectOf(parse(text(written, 'kustomization.yaml')));
    const members = Array.isArray(configMapGenerator)
      ? configMapGenerator.flatMap((each) => jsonObjectOf(each).files)
      : [];
    for (const name of [...(Array.isArray(resources) ? resources : []), ...members])
      expect([...written.keys()]).toContain(name);
  });

  test('no password is written, and no image without a version', () => {
    const everything = [...written.values()].join('\n');
    for (const [, value] of everything.matchAll(/^\s*(?:http_passwd:|password(?::| =>)?) +(\S.*)$/gm))
      expect(value).toMatch(/^"?(?:\$\{|#\{ENV)/);
    for (const [, image] of everything.matchAll(/^\s+image: (\S+)$/gm)) expect(image).toMatch(/:v?\d+\.\d+/);
  });

  test('the same plan gives the same bytes', () => {
    expect(files(choices)).toEqual(written);
  });
});

test('the OpenTelemetry Collector has no way to Logstash, and says so', () => {
  expect(() => files({ logAgent: 'otel', logStore: 'logstash', stack: 'config' })).toThrow(
    'no output that Logstash takes',
  );
});

test('a hostile name stays a literal', () => {
  const hostile = workload('a.*b"\n  evil: true', 'plain', 'java');
  for (const logAgent of ['fluent-bit', 'fluentd', 'otel'] as const) {
    const written = files({ logAgent, logStore: 'elasticsearch', stack: 'full' }, [hostile]);
    expect([...written.values()].join('\n')).not.toMatch(/^\s*evil: true/m);
  }
});

describe('Logstash', () => {
  test.each(stacks)('the pipeline is of its grammar: %s', (stack) => {
    expect(() =>
      parseLogstash(text(files({ logAgent: 'fluent-bit', logStore: 'logstash', stack }), 'store/pipeline.conf')),
    ).not.toThrow();
  });

  test.each([
    'input { stdin { } } output { stdout { codec => rubydebug } }',
    'filter { if [a][b] == "x" and "y" in [tags] { mutate { add_field => { "c" => "%{d}" } } } else if ![e] { drop {} } else { drop {} } }',
    'filter { if [a] =~ /^x\\/y$/ or ([b] >= 7 and [c] not in ["x", "y"]) { drop { } } }',
    'output { if [a] not in [b] { x { y => [ 1, 2.5, "z" ] } } }',
  ])('taken: %s', (configuration) => {
    expect(() => parseLogstash(configuration)).not.toThrow();
  });

  test.each([
    '',
    'input { stdin { }',
    'inputs { }',
    'input { stdin { a = 1 } }',
    'filter { if { drop {} } }',
    'output { stdout { codec => } }',
  ])('refused: %j', (configuration) => {
    expect(() => parseLogstash(configuration)).toThrow();
  });
});

describe('the models refuse what the programs refuse', () => {
  test.each([
    ['pipeline:\n  inputs:\n    - name: tail\n      pathh: x', 'inputs/tail: unknown property pathh'],
    ['pipeline:\n  outputs:\n    - name: es', 'outputs/es: no match'],
    ['servicee: {}', 'unknown section servicee'],
    [
      'multiline_parsers:\n  - name: a\n    type: regex\n    rules:\n      - {state: cont, regex: "/x/"}',
      'a: no start_state',
    ],
    [
      'multiline_parsers:\n  - name: a\n    type: regex\n    rules:\n      - {state: start_state, regex: "/[[]x/"}',
      'a: Onigmo reads a bracket within brackets as a set',
    ],
    ['pipeline:\n  inputs:\n    - name: tail\n      multiline.parser: mine', 'no multiline parser mine'],
  ])('Fluent Bit: %j', (configuration, problem) => {
    expect(fluentBitProblems(configuration)).toContain(problem);
  });

  test.each([
    ['<source>\n  @type tail\n', 'does not end'],
    ['</source>', 'ends what did not begin'],
    ['<match a>\n<source>\n</match>', 'ends what did not begin'],
    ['<source>\n path ["a",\n</source>', 'does not end'],
  ])('Fluentd: %j', (configuration, message) => {
    expect(() => parseFluentd(configuration)).toThrow(message);
  });

  test('Fluentd: a label that is not there, and one that leads back to itself', () => {
    expect(fluentdProblems('<match a>\n  @type relabel\n  @label @B\n</match>')).toEqual(['no label @B']);
    expect(
      fluentdProblems('<label @A>\n<filter a>\n@type concat\nkey log\ntimeout_label @A\n</filter>\n</label>'),
    ).toEqual(['@A: what is given up waiting for would wait again']);
  });
});

/** Which lines go on with the one before, by language; the other lines begin an entry. */
describe('stack traces', () => {
  const traces: [TraceLanguage, string][] = [
    [
      'java',
      '>10:00 ERROR failed\njava.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException\n\t... 12 more\n>10:01 INFO next',
    ],
    [
      'python',
      '>ERROR:root:failed\nTraceback (most recent call last):\n  File "/a.py", line 3, in <module>\n    run()\nValueError: no\n>INFO:root:next',
    ],
    ['node', '>TypeError: no\n    at pay (/a.js:3:9)\n    at node:internal/main:1:1\n>GET / 200'],
    ['go', '>panic: no\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:7 +0x1d\nexit status 2\n>2026/11/27 next'],
    [
      'dotnet',
      '>fail: Shop[0]\n      failed\n      System.Exception: no\n         at Shop.Order() in /s.cs:line 12\n>info: Shop[0]',
    ],
    ['ruby', ">a.rb:3:in 'pay': no (RuntimeError)\n\tfrom a.rb:9:in '<main>'\n>next"],
    ['php', '>PHP Fatal error:  no\nStack trace:\n#0 /a.php(3): run()\n#1 {main}\n  thrown in /a.php on line 3\n>next'],
    [
      'rust',
      ">thread 'main' panicked at a.rs:3:5:\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/x\nnote: Some details\n>next",
    ],
  ];
  test.each(traces)('%s', (language, sample) => {
    const next = new RegExp(traceRules.find((rule) => rule.language === language)?.next ?? '(?!)');
    for (const line of sample.split('\n')) expect(next.test(line.replace(/^>/, '')), line).toBe(!line.startsWith('>'));
  });
});

/** Components that a pipeline names have to be configured, and those that are configured to be used. */
function otelProblems(configuration: string): string[] {
  const root = jsonObjectOf(parse(configuration));
  const problems = Object.keys(root)
    .filter((name) => !['receivers', 'processors', 'exporters', 'extensions', 'service', 'connectors'].includes(name))
    .map((name) => `unknown section ${name}`);
  const service = jsonObjectOf(root.service);
  const used = new Map<string, unknown[]>([
    ['extensions', Array.isArray(service.extensions) ? service.extensions : []],
  ]);
  for (const pipeline of Object.values(jsonObjectOf(service.pipelines)).filter(isJsonObject))
    for (const kind of ['receivers', 'processors', 'exporters'])
      used.set(kind, [...(used.get(kind) ?? []), ...(Array.isArray(pipeline[kind]) ? pipeline[kind] : [])]);
  for (const [kind, names] of used) {
    const configured = Object.keys(jsonObjectOf(root[kind]));
    for (const name of names)
      if (!configured.includes(String(name))) problems.push(`${kind}: ${name} is not configured`);
    for (const name of configured) if (!names.includes(name)) problems.push(`${kind}: ${name} is not used`);
  }
  return problems;
}
