// Writes what the documentation says of the rules from the rules themselves: docs/rules/, docs/peers.md, docs/configuration.md,
// schemas/plimsoll.schema.json. With --check nothing is written and the exit code says whether something would be.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { fixClasses, fixSentence } from './fix-classes.mjs';
import { generate } from './generate.mjs';

process.chdir(path.join(path.dirname(fileURLToPath(import.meta.url)), '..'));
generate();
const check = process.argv.includes('--check');
const sources = await loadSources();
const { rules, areas, severities, budgetNames, configurationKeys, costKeys } = sources;
const fixes = await fixClasses(sources);
const ids = JSON.parse(readFileSync('tests/peers/peer-checks.json', 'utf8'));
const files = new Map([
  ...rules.map((rule) => [`docs/rules/${rule.id}.md`, rulePage(rule)]),
  ['docs/rules/README.md', ruleList()],
  ['docs/rules/fixes.json', fixesJson()],
  ['docs/peers.md', peersPage()],
  ['docs/configuration.md', configurationPage()],
  ['schemas/plimsoll.schema.json', `${JSON.stringify(configurationSchema(), null, 2)}\n`],
]);
const stale = [...files]
  .filter(([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text)
  .map(([file]) => file);
const left = existing('docs/rules').filter((file) => !files.has(file));
if (check) {
  for (const file of [...stale, ...left]) console.error(`${file} is not what the rules say: npm run docs`);
  process.exitCode = stale.length + left.length === 0 ? 0 : 1;
} else {
  for (const file of left) rmSync(file);
  for (const file of stale) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, files.get(file));
  }
  console.log(`docs: ${files.size} files, ${stale.length} written, ${left.length} removed`);
}

/** Bundles what is needed of the TypeScript sources and imports it. */
async function loadSources() {
  mkdirSync('.cache', { recursive: true });
  const directory = mkdtempSync('.cache/docs-');
  try {
    const outfile = path.join(directory, 'sources.mjs');
    const contents = [
      "export { rules } from './src/rules/generated.ts';",
      "export { areas } from './src/core/area.ts';",
      "export { severities } from './src/core/severity.ts';",
      "export { budgetNames, configurationKeys, costKeys } from './src/project/configuration.ts';",
      "export { fixClass } from './src/core/fix.ts';",
      "export { readRulePage } from './tests/rules/rule-page.ts';",
      "export { checkCase, layOutFiles } from './tests/rules/check-case.ts';",
    ].join('\n');
    await build({
      stdin: { contents, resolveDir: '.', loader: 'ts' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile,
      logLevel: 'error',
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    });
    return await import(pathToFileURL(path.resolve(outfile)).href);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function existing(directory) {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${directory}/${file.split(path.sep).join('/')}`);
}

function presetText(definition) {
  return definition.preset === 'all' ? `off by default: ${definition.offBecause}` : 'on by default';
}

/** The rule's own page with its facts between title and text. */
function rulePage({ id, definition }) {
  const page = readFileSync(`src/rules/${id}.md`, 'utf8');
  const end = page.indexOf('\n');
  const options = Object.entries(definition.options ?? {});
  const facts = [
    `\`${id}\` · ${definition.severity} · looks at: ${definition.looksAt} · ${presetText(definition)}`,
    '',
    `**What:** ${definition.summary}`,
    '',
    `**Why:** ${definition.why}`,
    '',
    `**Do:** ${definition.remedy}`,
    '',
    `**Fix:** ${fixSentence(fixes[id])}`,
    ...(definition.peers.length > 0
      ? ['', `**Stands for:** ${definition.peers.map((peer) => `\`${peer}\``).join(', ')}`]
      : []),
    ...(options.length > 0
      ? [
          '',
          '| option | default | meaning |',
          '| --- | --- | --- |',
          ...options.map(
            ([name, option]) => `| \`${name}\` | \`${JSON.stringify(option.default)}\` | ${option.description} |`,
          ),
        ]
      : []),
  ];
  return `<!-- Generated from src/rules/${id}.{ts,md}. -->\n${page.slice(0, end)}\n\n${facts.join('\n')}\n${page.slice(end)}`;
}

function ruleList() {
  const sections = areas.flatMap((area) => {
    const own = rules.filter((rule) => rule.area === area);
    if (own.length === 0) return [];
    return [
      `## ${area}`,
      '',
      '| rule | severity | default | fix | what it finds |',
      '| --- | --- | --- | --- | --- |',
      ...own.map(
        ({ id, definition }) =>
          `| [\`${id}\`](${id}.md) | ${definition.severity} | ${definition.preset === 'all' ? 'off' : 'on'} | ${classesOf(id).join(', ')} | ${cell(definition.summary)} |`,
      ),
      '',
    ];
  });
  return `<!-- Generated. -->\n# Rules\n\n${rules.length} rules in ${new Set(rules.map(({ area }) => area)).size} areas.\n\n${sections.join('\n')}`;
}

function classesOf(id) {
  return [...['safe', 'review'].filter((each) => fixes[id][each] > 0), ...(fixes[id].online ? ['online'] : [])];
}

/** For «plimsoll rules»: the classes of fixes that a rule has. */
function fixesJson() {
  const lines = rules.map(({ id }) => `  ${JSON.stringify(id)}: ${JSON.stringify(classesOf(id))}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

function cell(text) {
  return text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
}

/** Which list of peer-checks.json belongs to which prefix of a peer id. */
function peerGroups() {
  return [
    { title: 'hadolint', tool: 'hadolint', list: ids.hadolint, toId: (entry) => entry },
    { title: 'BuildKit build checks', tool: 'buildkit', list: ids.buildkit, toId: (entry) => entry },
    { title: 'Trivy, Dockerfile', tool: 'trivy', list: ids['trivy-dockerfile'], toId: firstWord },
    { title: 'Checkov, Dockerfile', tool: 'checkov', list: ids['checkov-dockerfile'], toId: firstWord },
    { title: 'KICS, Dockerfile', tool: 'kics', list: ids['kics-dockerfile'] ?? [], toId: firstWord },
    { title: 'Parfum', tool: 'parfum', list: ids.parfum, toId: (entry) => entry },
    { title: 'kube-linter', tool: 'kube-linter', list: ids['kube-linter'], toId: (entry) => entry },
    { title: 'kube-score', tool: 'kube-score', list: ids['kube-score'], toId: (entry) => entry },
    { title: 'Polaris', tool: 'polaris', list: ids.polaris, toId: (entry) => entry },
    { title: 'Trivy, Kubernetes', tool: 'trivy', list: ids['trivy-kubernetes'], toId: firstWord },
    { title: 'Checkov, Kubernetes', tool: 'checkov', list: ids['checkov-kubernetes'], toId: firstWord },
    { title: 'Pod Security Standards', tool: 'pod-security', list: ids['pod-security'], toId: (entry) => entry },
    { title: 'Dockle', tool: 'dockle', list: ids.dockle, toId: (entry) => entry },
    { title: 'tally', tool: 'tally', list: ids.tally, toId: (entry) => entry.replace(/^tally\//, '') },
  ];
}

function firstWord(entry) {
  return entry.split(' ')[0];
}

function peersPage() {
  const sections = peerGroups().map(({ title, tool, list, toId }) => {
    const reasonFile = `docs/peers/${tool}.json`;
    const reasons = existsSync(reasonFile) ? JSON.parse(readFileSync(reasonFile, 'utf8')) : {};
    const rows = list.map((entry) => {
      const id = toId(entry);
      const own = rules.filter(({ definition }) => definition.peers.includes(`${tool}:${id}`));
      const answer =
        own.length > 0 ? own.map((rule) => `[\`${rule.id}\`](rules/${rule.id}.md)`).join(', ') : reasons[id];
      return { entry, answer };
    });
    const covered = rows.filter(({ answer }) => answer?.startsWith('[')).length;
    return [
      `## ${title}`,
      '',
      `${covered} of ${list.length} have a rule.`,
      '',
      '| check | rule, or why there is none |',
      '| --- | --- |',
      ...rows.map(({ entry, answer }) => `| \`${entry}\` | ${cell(answer ?? '**neither a rule nor a reason**')} |`),
      '',
    ].join('\n');
  });
  const notes = ['docs/peers/differences.md', 'docs/peers/measured.md']
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  return `<!-- Generated from the rules' peer ids and docs/peers/. -->\n# Other tools' checks\n\nA finding carries the ids of the checks that it stands for as \`peers\`. Each id is claimed only by a rule whose page has a\nbad and a good case that the other tool judges alike.\n\n${sections.join('\n')}\n${notes}`;
}

function configurationPage() {
  const keys = Object.entries(configurationKeys).map(([key, meaning]) => `| \`${key}\` | ${cell(meaning)} |`);
  const options = rules.flatMap(({ id, definition }) =>
    Object.entries(definition.options ?? {}).map(
      ([name, option]) =>
        `| [\`${id}\`](rules/${id}.md) | \`${name}\` | \`${JSON.stringify(option.default)}\` | ${cell(option.description)} |`,
    ),
  );
  return readFileSync('docs/configuration.template.md', 'utf8')
    .replace('{{keys}}', keys.join('\n'))
    .replace('{{options}}', options.join('\n'));
}

function budgetsSchema() {
  const day = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
  const days = {
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: '^\\d{1,5}d?$' },
    ],
  };
  const map = (properties, required = []) => ({
    type: 'object',
    additionalProperties: false,
    properties,
    ...(required.length > 0 && { required }),
  });
  return {
    description: configurationKeys.budgets,
    ...map({
      newFindings: { anyOf: [{ enum: severities }, map({ severity: { enum: severities }, since: day }, ['severity'])] },
      findingAge: { anyOf: [...days.anyOf, map(Object.fromEntries(severities.map((each) => [each, days])))] },
      score: {
        anyOf: [
          { enum: ['neverFalls'] },
          map({ neverFalls: { type: 'boolean' }, atLeast: { type: 'number', minimum: 0, maximum: 100 } }),
        ],
      },
      branch: { type: 'string', minLength: 1 },
      exceptions: {
        type: 'array',
        items: map(
          {
            budget: { enum: budgetNames },
            rule: { type: 'string' },
            path: { type: 'string' },
            until: day,
            reason: { type: 'string', minLength: 1 },
          },
          ['budget', 'until', 'reason'],
        ),
      },
    }),
  };
}

function configurationSchema() {
  const level = { enum: ['off', ...severities] };
  const ruleSchema = (definition) => ({
    description: definition.summary,
    anyOf: [
      level,
      {
        type: 'object',
        additionalProperties: false,
        properties: {
          severity: level,
          ...Object.fromEntries(
            Object.entries(definition.options ?? {}).map(([name, option]) => [name, optionSchema(option)]),
          ),
        },
      },
    ],
  });
  const ruleMap = {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries([
      ...areas.map((area) => [
        `${area}/*`,
        { anyOf: [level, { type: 'object', additionalProperties: false, properties: { severity: level } }] },
      ]),
      ...rules.map(({ id, definition }) => [id, ruleSchema(definition)]),
    ]),
  };
  const texts = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };
  const age = { type: 'string', pattern: '^[0-9]+[mhdw]$' };
  const size = {
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: '^[0-9.]+ ?([kKmMgGtT]i?)?[bB]?$' },
    ],
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'plimsoll.yaml',
    type: 'object',
    additionalProperties: false,
    properties: {
      preset: { description: configurationKeys.preset, enum: ['recommended', 'all'] },
      failOn: { description: configurationKeys.failOn, enum: [...severities, 'never'] },
      exclude: { description: configurationKeys.exclude, ...texts },
      rules: { description: configurationKeys.rules, $ref: '#/definitions/rules' },
      overrides: {
        description: configurationKeys.overrides,
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['paths', 'rules'],
          properties: { paths: texts, rules: { $ref: '#/definitions/rules' } },
        },
      },
      bases: {
        description: configurationKeys.bases,
        type: 'object',
        additionalProperties: false,
        properties: {
          allowed: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
          mirrors: { type: 'object', additionalProperties: { type: 'string' } },
          days: { type: 'integer', minimum: 0, maximum: 10000 },
        },
      },
      sizeBudgets: {
        description: configurationKeys.sizeBudgets,
        type: 'object',
        additionalProperties: size,
      },
      history: {
        description: configurationKeys.history,
        type: 'object',
        additionalProperties: false,
        properties: {
          record: { enum: ['always', 'asked'] },
          store: { type: 'string', minLength: 1 },
          project: { type: 'string', minLength: 1 },
        },
      },
      budgets: budgetsSchema(),
      cost: {
        description: configurationKeys.cost,
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(
          Object.entries(costKeys).map(([key, kind]) => [
            key,
            kind === 'count'
              ? { type: 'number', minimum: 0 }
              : { type: 'string', pattern: '^[0-9.]+ ?[kKmMgGtT]?i?([bB]/s|bits?/s|bps)$' },
          ]),
        ),
      },
      prune: {
        description: configurationKeys.prune,
        type: 'object',
        additionalProperties: false,
        properties: {
          registry: {
            type: 'object',
            additionalProperties: false,
            properties: {
              keep: { $ref: '#/definitions/keep' },
              repositories: {
                type: 'array',
                items: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['match'],
                  properties: { match: texts, keep: { $ref: '#/definitions/keep' } },
                },
              },
            },
          },
          engine: {
            type: 'object',
            additionalProperties: false,
            properties: {
              keep: {
                type: 'object',
                additionalProperties: false,
                properties: { last: { type: 'integer', minimum: 0 }, youngerThan: age, images: texts, labels: texts },
              },
              only: texts,
              cache: { type: 'object', additionalProperties: false, properties: { olderThan: age, size } },
              stoppedFor: age,
              untilFree: { anyOf: [size, { type: 'string', pattern: '^[0-9]{1,2}([.][0-9]{1,3})? ?%$' }] },
            },
          },
        },
      },
      frontend: {
        description: configurationKeys.frontend,
        anyOf: [{ type: 'string', pattern: '^1(\\.[0-9]+){0,2}(-labs)?$' }, { type: 'number' }],
      },
      podTemplates: {
        description: configurationKeys.podTemplates,
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['kind', 'path'],
          properties: { kind: { type: 'string' }, path: { type: 'string' }, apiVersion: { type: 'string' } },
        },
      },
      kubernetes: {
        description: configurationKeys.kubernetes,
        type: 'object',
        additionalProperties: false,
        properties: {
          target: { anyOf: [{ type: 'string', pattern: '^v?1\\.[0-9]{1,2}(\\.[0-9]+)?$' }, { type: 'number' }] },
        },
      },
      prove: { description: configurationKeys.prove, ...proveSchema() },
    },
    definitions: {
      keep: {
        type: 'object',
        additionalProperties: false,
        properties: {
          last: { type: 'integer', minimum: 0 },
          youngerThan: age,
          tags: texts,
          versions: {
            type: 'object',
            additionalProperties: false,
            properties: { major: { type: 'integer', minimum: 0 }, minor: { type: 'integer', minimum: 0 } },
          },
        },
      },
      rules: ruleMap,
    },
  };
}

function proveSchema() {
  const words = { type: 'array', items: { type: ['string', 'number'] } };
  const values = { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null'] } };
  const port = { type: 'integer', minimum: 1, maximum: 65535 };
  const settings = {
    kind: { enum: ['service', 'program'] },
    ports: { type: 'array', items: port },
    requests: {
      type: 'array',
      items: {
        anyOf: [
          { type: 'string', pattern: '^/' },
          {
            type: 'object',
            additionalProperties: false,
            required: ['path'],
            properties: {
              path: { type: 'string', pattern: '^/' },
              method: { type: 'string', pattern: '^[A-Z]+$' },
              port,
              scheme: { enum: ['http', 'https'] },
              headers: values,
              body: { type: 'string' },
            },
          },
        ],
      },
    },
    runs: {
      type: 'array',
      items: {
        anyOf: [
          words,
          {
            type: 'object',
            additionalProperties: false,
            properties: { arguments: words, entrypoint: { type: 'string' }, input: { type: 'string' } },
          },
        ],
      },
    },
    environment: values,
    startSeconds: { type: 'number', exclusiveMinimum: 0, maximum: 3600 },
    graceSeconds: { type: 'number', minimum: 0, maximum: 3600 },
  };
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...settings,
      builds: {
        type: 'array',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['paths'],
          properties: { paths: texts(), target: { type: 'string' }, ...settings },
        },
      },
    },
  };
}

function optionSchema(option) {
  const type = Array.isArray(option.default) ? 'array' : typeof option.default;
  return {
    description: option.description,
    default: option.default,
    ...(type === 'array' ? texts() : { type }),
  };
}

function texts() {
  return { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] };
}
