import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PeerCase } from './collect-cases.ts';

/** A case with the directory that its files were written to, relative to the scratch directory. */
export interface LaidOutCase {
  readonly peerCase: PeerCase;
  readonly directory: string;
}

/** Another tool, asked about many cases at once. */
export interface PeerTool {
  readonly name: string;
  /** Names of its program. */
  readonly programs: readonly string[];
  /** What it reports of each case, as peer ids. */
  ask(program: string, scratch: string, cases: readonly LaidOutCase[]): ReadonlyMap<LaidOutCase, ReadonlySet<string>>;
  /** Checks that it cannot be asked about here. */
  readonly unaskable?: readonly string[];
}

/** Where a tool's program is: in a directory of PLIMSOLL_PEERS (a list like PATH), in .cache, or on the PATH. */
export function findProgram({ programs }: PeerTool): string | undefined {
  const cache = path.resolve('.cache');
  const given = (process.env.PLIMSOLL_PEERS ?? '')
    .split(path.delimiter)
    .flatMap((each) => [each, path.join(each, 'bin')]);
  const found = [
    ...given,
    path.join(cache, 'bin'),
    path.join(cache, 'oracles'),
    ...(process.env.PATH ?? '').split(path.delimiter),
  ];
  for (const directory of found.filter((each) => each !== '' && existsSync(each))) {
    const entry = readdirSync(directory).find((name) =>
      programs.some((program) => name === program || (program === 'oracles' && /^oracles-[0-9a-f]{16}$/.test(name))),
    );
    if (entry !== undefined) return path.join(directory, entry);
  }
  return undefined;
}

function run(program: string, scratch: string, ...args: readonly string[]): string {
  const { stdout, error } = spawnSync(program, args, { cwd: scratch, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error) throw error;
  return stdout;
}

function dockerfilesOf({ peerCase, directory }: LaidOutCase): readonly string[] {
  return peerCase.files
    .filter(({ path: file }) => /(?:Dockerfile|Containerfile)[^/]*$/i.test(file) && !file.endsWith('.dockerignore'))
    .map(({ path: file }) => path.join(directory, file));
}

function collector(cases: readonly LaidOutCase[]): {
  readonly reported: Map<LaidOutCase, Set<string>>;
  add(file: string, peer: string): void;
} {
  const reported = new Map<LaidOutCase, Set<string>>(cases.map((each) => [each, new Set<string>()]));
  const byDirectory = new Map(cases.map((each) => [each.directory, each]));
  return {
    reported,
    add(file, peer) {
      const laidOut = byDirectory.get(file.replace(/^\.?\/+/, '').split('/')[0] ?? '');
      if (laidOut) reported.get(laidOut)?.add(peer);
    },
  };
}

const hadolint: PeerTool = {
  name: 'hadolint',
  programs: ['hadolint'],
  ask(program, scratch, cases) {
    const { reported, add } = collector(cases);
    const lint = (files: readonly string[], ...config: readonly string[]) => {
      // DL3057 is off unless it is given a severity.
      const output = run(program, scratch, '-f', 'json', '--no-fail', '--error', 'DL3057', ...config, ...files);
      for (const { file, code } of JSON.parse(output)) add(file, `hadolint:${code}`);
    };
    const plain = cases.filter(({ peerCase }) => Object.keys(peerCase.options).length === 0);
    const files = plain.flatMap(dockerfilesOf);
    for (let at = 0; at < files.length; at += 100) lint(files.slice(at, at + 100));
    for (const each of cases.filter((other) => !plain.includes(other))) {
      const config = path.join(each.directory, 'hadolint.yaml');
      writeFileSync(path.join(scratch, config), hadolintConfiguration(each.peerCase));
      lint(dockerfilesOf(each), '-c', config);
    }
    return reported;
  },
};

/** A rule's options as hadolint has them. JSON is YAML. */
function hadolintConfiguration({ options }: PeerCase): string {
  const labels = Array.isArray(options.labels) ? options.labels.map(String) : [];
  return JSON.stringify({
    trustedRegistries: options.allowed ?? [],
    'label-schema': Object.fromEntries(
      labels.map((label) => [label.slice(0, label.lastIndexOf(':')), label.slice(label.lastIndexOf(':') + 1).trim()]),
    ),
    'strict-labels': options.strict ?? false,
  });
}

const buildkit: PeerTool = {
  name: 'buildkit',
  programs: ['oracles'],
  // They need the image from its registry and the build context from the engine.
  unaskable: ['buildkit:InvalidBaseImagePlatform', 'buildkit:CopyIgnoredFile'],
  ask(program, scratch, cases) {
    const { reported, add } = collector(cases);
    for (const line of run(program, scratch, 'dockerfile', '--experimental', ...cases.flatMap(dockerfilesOf)).split(
      '\n',
    )) {
      if (line === '') continue;
      const answer = JSON.parse(line);
      for (const { rule } of answer.warnings ?? []) add(answer.path, `buildkit:${rule}`);
    }
    return reported;
  },
};

const checkov: PeerTool = {
  name: 'checkov',
  programs: ['checkov'],
  ask(program, scratch, cases) {
    const { reported, add } = collector(cases);
    const scan = (directory: string) => {
      const frameworks = ['--framework', 'dockerfile', 'kubernetes'];
      const options = ['-o', 'json', '--compact', '--quiet', '--skip-download'];
      const output = run(program, scratch, '-d', directory, ...frameworks, ...options);
      const reports = JSON.parse(output === '' ? '[]' : output);
      for (const { results } of Array.isArray(reports) ? reports : [reports])
        for (const { check_id: id, file_abs_path: file } of results?.failed_checks ?? [])
          add(path.relative(scratch, file), `checkov:${id}`);
    };
    // One process for all, because it takes seconds to start. Its graph checks (CKV2) can lose findings when files have
    // steps in common, so that it is asked again about the cases where something is missing, one by one.
    scan('.');
    for (const each of cases)
      if (
        [...each.peerCase.judgements].some(
          ([peer, must]) => must && /^checkov:/.test(peer) && !reported.get(each)?.has(peer),
        )
      )
        scan(each.directory);
    return reported;
  },
};

/** Checks that end tally's run: they stand in what it says of it and in no report. */
const tallyRefusals: readonly (readonly [RegExp, string])[] = [
  [/unknown instruction .*in ONBUILD/, 'invalid-onbuild-trigger'],
  [/unknown instruction(?!.*ONBUILD)/, 'unknown-instruction'],
  [/syntax directive .* appears misspelled/, 'syntax-directive-typo'],
  [/has no stages to build/, 'require-stages'],
];

const tally: PeerTool = {
  name: 'tally',
  programs: ['tally'],
  ask(program, scratch, cases) {
    const { reported, add } = collector(cases);
    const options = ['lint', '--no-config', '--slow-checks', 'off', '--select', '*', '--format', 'json'];
    // It takes seconds to start, and stops at the first file that it cannot read, which it names: the others are asked about again.
    const lint = (files: readonly string[], ...context: readonly string[]): void => {
      if (files.length === 0) return;
      const { stdout, stderr } = spawnSync(program, [...options, ...context, ...files], {
        cwd: scratch,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      if (stdout.trimStart().startsWith('{')) {
        for (const { file, violations } of JSON.parse(stdout).files ?? [])
          for (const { rule } of violations) add(file, `tally:${String(rule).replace(/^tally\//, '')}`);
        return;
      }
      const refused = files.length === 1 ? files[0] : files.find((file) => stderr.includes(file));
      if (refused === undefined) throw new Error(`tally names no file that it stopped at: ${stderr}`);
      for (const [message, check] of tallyRefusals) if (message.test(stderr)) add(refused, `tally:${check}`);
      lint(
        files.filter((file) => file !== refused),
        ...context,
      );
    };
    // A context says nothing where there is one file.
    lint(cases.filter(({ peerCase }) => peerCase.files.length === 1).flatMap(dockerfilesOf));
    for (const each of cases)
      if (each.peerCase.files.length !== 1)
        for (const file of dockerfilesOf(each)) lint([file], '--context', each.directory);
    return reported;
  },
};

const kubeScore: PeerTool = {
  name: 'kube-score',
  programs: ['kube-score'],
  ask(program, scratch, cases) {
    const { reported, add } = collector(cases);
    for (const { peerCase, directory } of cases) {
      const files = peerCase.files
        .map((file) => path.join(directory, file.path))
        .filter((file) => /\.ya?ml$/.test(file));
      const output = run(program, scratch, 'score', '-o', 'json', '--all-default-optional', ...files);
      if (!output.trimStart().startsWith('[')) continue;
      // 5 is kube-score's «warning», 1 its «critical».
      for (const { checks } of JSON.parse(output))
        for (const { check, grade, skipped } of checks ?? [])
          if (!skipped && grade <= 5) add(`${directory}/`, `kube-score:${check.id}`);
    }
    return reported;
  },
};

/** Trivy's checks, built from its Go modules: tests/peers/trivy. */
const trivy: PeerTool = {
  name: 'trivy',
  programs: ['trivy-checks'],
  // KSV107 wants the version of a cluster; KSV118 takes an absent context for a set one in this version of the checks.
  // KSV0123 goes by the id KSV01011. The others are run only where Trivy is asked for optional checks or given a list of registries.
  unaskable: [
    'trivy:KSV107',
    'trivy:KSV118',
    'trivy:KSV0123',
    'trivy:KSV004',
    'trivy:KSV007',
    'trivy:KSV034',
    'trivy:KSV0125',
  ],
  ask(program, scratch, cases) {
    const { reported, add } = collector(cases);
    for (const line of run(program, scratch, '.').split('\n')) {
      if (line === '') continue;
      const { id, path: file } = JSON.parse(line);
      // Some carry the long form only.
      add(file, `trivy:${String(id).replace(/^AVD-/, '')}`);
    }
    return reported;
  },
};

export const peerTools: readonly PeerTool[] = [hadolint, buildkit, checkov, tally, kubeScore, trivy];
