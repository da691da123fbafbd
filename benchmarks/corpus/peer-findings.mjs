// What other tools report on a corpus, asked once and kept in .cache/peers-raw, keyed by the corpus, the tool's version and
// how it was called: hadolint takes a minute over 2,000 files, Checkov five.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { peer, root } from '../measure.mjs';

const batchSize = 200;

/**
 * @typedef {{ file: string, id: string, line: number, endLine: number }} PeerFinding `file` relative to the corpus.
 * @typedef {{ tool: string, version: string, findings: PeerFinding[], unread: Set<string> }} PeerReport `unread`: files
 * that the tool says it cannot parse; nothing is compared there.
 */

/** Names the content of a corpus: the same files give the same name. */
export function corpusKey(directory, files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(path.join(directory, file)));
  return hash.digest('hex').slice(0, 16);
}

/** The raw answers of a tool, one text a batch of files. */
function answers(tool, version, args, { directory, files, key }, ask) {
  const called = createHash('sha256').update(args.join('\0')).digest('hex').slice(0, 8);
  const kept = path.join(root, '.cache/peers-raw', `${key}-${tool}-${version}-${called}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
  const texts = [];
  for (let at = 0; at < files.length; at += batchSize) {
    process.stderr.write(`${tool} ${version}: ${at} of ${files.length} files\n`);
    texts.push(ask(files.slice(at, at + batchSize), directory));
  }
  mkdirSync(path.dirname(kept), { recursive: true });
  writeFileSync(kept, JSON.stringify(texts));
  return texts;
}

/** Runs a program whose exit code says only whether it found something; what it prints must be JSON. */
function printed(program, args, directory, input) {
  const result = spawnSync(program, args, { cwd: directory, encoding: 'utf8', maxBuffer: 1 << 30, input });
  if (result.error) throw result.error;
  if (!/^\s*[[{]/.test(result.stdout))
    throw new Error(`${program}: exit ${result.status}, no JSON\n${result.stderr.slice(-2000)}`);
  return result.stdout;
}

function firstNumber(text) {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? 'unknown';
}

/** Without its ignore comments; DL3057 is off unless it is given a severity. @returns {PeerReport | undefined} */
export function askHadolint(corpus) {
  const program = peer('hadolint');
  if (!program) return undefined;
  const version = firstNumber(execFileSync(program, ['--version'], { encoding: 'utf8' }));
  const args = ['-f', 'json', '--no-fail', '--disable-ignore-pragma', '--error', 'DL3057'];
  const texts = answers('hadolint', version, args, corpus, (files, directory) =>
    printed(program, [...args, ...files], directory),
  );
  const all = texts.flatMap((text) => JSON.parse(text));
  return {
    tool: 'hadolint',
    version,
    unread: new Set(all.filter(({ code }) => code === 'DL1000').map(({ file }) => file)),
    findings: all.map(({ file, code, line }) => ({ file, id: `hadolint:${code}`, line, endLine: line })),
  };
}

/** @returns {PeerReport | undefined} */
export function askCheckov(corpus) {
  const program = peer('checkov');
  if (!program) return undefined;
  const version = firstNumber(execFileSync(program, ['--version'], { encoding: 'utf8' }));
  const args = ['--framework', 'dockerfile', '-o', 'json', '--compact', '--quiet', '--skip-download'];
  const texts = answers('checkov', version, args, corpus, (files, directory) =>
    printed(program, [...args, '-f', ...files], directory),
  );
  const findings = texts
    .flatMap((text) => JSON.parse(text))
    .flatMap(({ results }) => results?.failed_checks ?? [])
    .map((check) => ({
      file: check.file_path.replace(/^\/+/, ''),
      id: `checkov:${check.check_id}`,
      line: check.file_line_range[0],
      endLine: check.file_line_range[1],
    }));
  return { tool: 'checkov', version, findings, unread: new Set() };
}

/** BuildKit's own parser and checks (tests/oracles). @returns {PeerReport | undefined} */
export function askBuildKit(corpus) {
  const built = spawnSync(path.join(root, 'scripts/oracles'), { encoding: 'utf8' });
  const program = built.status === 0 ? built.stdout.trim() : peer('oracles');
  if (!program) return undefined;
  const modules = readFileSync(path.join(root, 'tests/oracles/go.mod'), 'utf8');
  const version = /moby\/buildkit v(\S+)/.exec(modules)?.[1] ?? 'unknown';
  const texts = answers('buildkit', version, ['dockerfile'], corpus, (files, directory) =>
    printed(program, ['dockerfile'], directory, files.map((file) => `${file}\n`).join('')),
  );
  const verdicts = texts.flatMap((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  );
  return {
    tool: 'buildkit',
    version,
    unread: new Set(verdicts.filter(({ warnings }) => warnings === undefined).map((verdict) => verdict.path)),
    findings: verdicts.flatMap((verdict) =>
      (verdict.warnings ?? []).map(({ rule, line }) => ({
        file: verdict.path,
        id: `buildkit:${rule}`,
        line,
        endLine: line,
      })),
    ),
  };
}
