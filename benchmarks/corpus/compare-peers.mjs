// For every check of hadolint, BuildKit and Checkov that a rule stands for: what both report on a corpus, what only the
// other tool reports, what only Plimsoll reports.
//
//     node benchmarks/corpus/compare-peers.mjs DIRECTORY [--write] [--show PEER-ID] [--report FILE] [--name NAME]
//
// --write   writes docs/peers/measured.md; its decisions are kept in docs/peers/decisions.json
// --show    lists the differences of one check, hadolint:DL3008, or of all
// --report  takes a report of «plimsoll audit DIRECTORY --preset all --no-config --no-ignore-comments --json» made before
//
// Counted by file and instruction, in files that the other tool can read. A finding of Plimsoll with several places stands
// for what the other tool reports at any of them. What is left in a file on both sides is one finding at two places.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { machine, plimsoll, printTable, root } from '../measure.mjs';
import { askBuildKit, askCheckov, askHadolint, corpusKey } from './peer-findings.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean', default: false },
    show: { type: 'string' },
    report: { type: 'string' },
    name: { type: 'string', default: 'vsoch/github-dockerfiles' },
  },
});
const [directory] = positionals;
if (directory === undefined) {
  console.error('usage: node benchmarks/corpus/compare-peers.mjs DIRECTORY [--write] [--show PEER-ID] [--report FILE]');
  process.exit(2);
}

const files = readdirSync(directory)
  .filter((file) => /dockerfile/i.test(file))
  .sort();
const corpus = { directory, files, key: corpusKey(directory, files) };
const instructionOf = await instructionFinder();
const { rules } = JSON.parse(run([plimsoll, 'rules', '--json']));
const report = JSON.parse(values.report ? readFileSync(values.report, 'utf8') : audit());
const tools = [askHadolint(corpus), askBuildKit(corpus), askCheckov(corpus)].filter((tool) => tool !== undefined);
const tables = tools.map((tool) => ({ tool, rows: compareTool(tool) }));
if (values.show)
  show(tables.flatMap(({ rows }) => rows).filter(({ id }) => values.show === 'all' || id === values.show));
else printTables();
if (values.write) writePage();

function run(args) {
  return execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
}

function audit() {
  const args = ['--preset', 'all', '--no-config', '--no-ignore-comments', '--fail-on', 'never', '--json'];
  return run([plimsoll, 'audit', directory, ...args]);
}

/** Gives the line at which the instruction begins that a line of a file belongs to; a line of no instruction is its own. */
async function instructionFinder() {
  const outfile = path.join(root, '.cache/benchmarks/parse-for-peers.mjs');
  const contents = [
    "export { parseDockerfile } from './src/dockerfile/parse-dockerfile.ts';",
    "export { decodeArtifact } from './src/core/artifact.ts';",
  ].join('\n');
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  const { parseDockerfile, decodeArtifact } = await import(outfile);
  const read = new Map();
  return (file, line) => {
    if (!read.has(file)) {
      const dockerfile = parseDockerfile(decodeArtifact(file, readFileSync(path.join(directory, file))));
      const starts = [];
      for (const { range } of dockerfile.instructions) {
        const first = dockerfile.lines.positionAt(range.start).line;
        const last = dockerfile.lines.positionAt(range.end).line;
        for (let at = first; at <= last; at++) starts[at] ??= first;
      }
      read.set(file, starts);
    }
    return read.get(file)[line] ?? line;
  };
}

function instructionsBetween(file, line, endLine) {
  const found = new Set();
  for (let at = line; at <= endLine; at++) found.add(instructionOf(file, at));
  return found;
}

/** Findings of Plimsoll by peer id, each as the instructions of its places. */
function ownFindings(id) {
  return report.findings
    .filter(({ peers }) => peers.includes(id))
    .flatMap(({ locations, rule }) => {
      const byFile = Map.groupBy
        ? Map.groupBy(locations, (place) => place.path)
        : new Map([[locations[0].path, locations]]);
      return [...byFile].slice(0, 1).map(([file, places]) => ({
        file,
        rule,
        line: places[0].line,
        instructions: new Set(places.flatMap(({ line }) => [instructionOf(file, line)])),
      }));
    });
}

/** What the tool reports, once for each instruction. */
function theirFindings({ findings, unread }, id) {
  const seen = new Map();
  for (const { file, id: each, line, endLine } of findings) {
    if (each !== id || unread.has(file)) continue;
    const instructions = instructionsBetween(file, line, endLine);
    seen.set(`${file} ${[...instructions][0]}`, { file, line, instructions });
  }
  return [...seen.values()];
}

function compareTool(tool) {
  const ids = [...new Set(rules.flatMap(({ peers }) => peers))]
    .filter((id) => id.startsWith(`${tool.tool}:`) && !/^checkov:CKV2?_K8S/.test(id))
    .sort();
  return ids.map((id) => {
    const own = rules.filter(({ peers }) => peers.includes(id)).map((rule) => rule.id);
    const ours = ownFindings(id).filter(({ file }) => !tool.unread.has(file));
    return { id, own, ...match(theirFindings(tool, id), ours) };
  });
}

function match(theirs, ours) {
  const oursIn = groupByFile(ours);
  const touched = new Set();
  const left = [];
  let both = 0;
  for (const their of theirs) {
    const same = (oursIn.get(their.file) ?? []).filter(({ instructions }) =>
      [...instructions].some((line) => their.instructions.has(line)),
    );
    for (const own of same) touched.add(own);
    if (same.length > 0) both += 1;
    else left.push(their);
  }
  const onlyOurs = ours.filter((own) => !touched.has(own));
  const elsewhere = [];
  const onlyTheirs = left.filter((their) => {
    const at = onlyOurs.findIndex(({ file }) => file === their.file);
    if (at === -1) return true;
    elsewhere.push([their, ...onlyOurs.splice(at, 1)]);
    return false;
  });
  return { both, elsewhere, onlyTheirs, onlyOurs };
}

function groupByFile(findings) {
  const groups = new Map();
  for (const finding of findings) groups.set(finding.file, [...(groups.get(finding.file) ?? []), finding]);
  return groups;
}

function counted(findings) {
  const count = new Set(findings.map(({ file }) => file)).size;
  if (findings.length === 0) return '0';
  return count === findings.length ? `${count}` : `${findings.length} in ${count} files`;
}

function bothText({ both, elsewhere }) {
  return elsewhere.length === 0 ? `${both}` : `${both} and ${elsewhere.length} on another line`;
}

function printTables() {
  console.log(machine());
  for (const { tool, rows } of tables)
    printTable(
      `${tool.tool} ${tool.version}, ${files.length - tool.unread.size} files`,
      ['check', 'rule', 'both', 'only the other tool', 'only Plimsoll'],
      rows.map((row) => [row.id, row.own.join(', '), bothText(row), counted(row.onlyTheirs), counted(row.onlyOurs)]),
    );
}

function show(rows) {
  const text = (file, line) => readFileSync(path.join(directory, file), 'utf8').split('\n')[line - 1]?.trim() ?? '';
  for (const { id, both, onlyTheirs, onlyOurs, elsewhere } of rows) {
    console.log(`${id}: both ${both}`);
    for (const { file, line } of onlyTheirs) console.log(`only theirs  ${file}:${line}  ${text(file, line)}`);
    for (const { file, line, rule } of onlyOurs)
      console.log(`only ours  ${file}:${line}  ${rule}  ${text(file, line)}`);
    for (const [their, own] of elsewhere) console.log(`elsewhere  ${own.file}:${their.line} and ours ${own.line}`);
  }
}

function cell(text) {
  return text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
}

function writePage() {
  const names = { hadolint: 'hadolint', buildkit: 'BuildKit', checkov: 'Checkov' };
  const decisionsFile = path.join(root, 'docs/peers/decisions.json');
  const decisions = JSON.parse(readFileSync(decisionsFile, 'utf8'));
  const sections = tables.flatMap(({ tool, rows }) => {
    const silent = rows.filter(
      (row) => row.both + row.elsewhere.length + row.onlyTheirs.length + row.onlyOurs.length === 0,
    );
    const said = rows.filter((row) => !silent.includes(row));
    return [
      `### ${names[tool.tool]} ${tool.version}`,
      '',
      `${(files.length - tool.unread.size).toLocaleString('en')} files${tool.unread.size > 0 ? `; ${tool.unread.size} others it cannot read to their end` : ''}.`,
      '',
      '| check | rule | both | only the other | only Plimsoll | decision |',
      '| --- | --- | ---: | ---: | ---: | --- |',
      ...said.map((row) =>
        [
          '',
          ` \`${row.id.slice(row.id.indexOf(':') + 1)}\` `,
          ` ${row.own.map((rule) => `[\`${rule}\`](rules/${rule}.md)`).join(', ')} `,
          ` ${bothText(row)} `,
          ` ${counted(row.onlyTheirs)} `,
          ` ${counted(row.onlyOurs)} `,
          ` ${cell(decision(decisions, row))} `,
          '',
        ].join('|'),
      ),
      '',
      ...(silent.length > 0
        ? [
            `Neither finds anything for ${silent.map(({ id }) => `\`${id.slice(id.indexOf(':') + 1)}\``).join(', ')}.`,
            '',
          ]
        : []),
    ];
  });
  const head = [
    '<!-- Part of docs/peers.md; written by benchmarks/corpus/compare-peers.mjs. -->',
    '## Measured on a corpus',
    '',
    `${files.length.toLocaleString('en')} Dockerfiles of ${values.name} (content ${corpus.key}), ${new Date().toISOString().slice(0, 10)}, with every rule on. Counted by`,
    'file and instruction. One finding of Plimsoll may hold several places, which are one cause. Those "on another line" are',
    'findings of one file that the two tools put on different instructions.',
    'Made by `node benchmarks/corpus/compare-peers.mjs DIRECTORY --write`; the decisions come from reading samples of both sides.',
    '',
  ];
  mkdirSync(path.join(root, 'docs/peers'), { recursive: true });
  writeFileSync(path.join(root, 'docs/peers/measured.md'), `${[...head, ...sections].join('\n').trimEnd()}\n`);
}

function decision(decisions, { id, onlyTheirs, onlyOurs }) {
  if (decisions[id] !== undefined) return decisions[id];
  return onlyTheirs.length + onlyOurs.length === 0 ? 'The same.' : '**not yet looked at**';
}
