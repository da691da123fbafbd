import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { documentOf } from './document.ts';
import type { Result } from './result.ts';

// Proves real applications and writes docs/proof.md. Needs the engine of scripts/engine with the bases of scripts/base-images, and `npm run build`.
//
//     node benchmarks/run.mjs prove/table GIT-DIRECTORY-PARENT [--only WORD] [--these NAME,NAME] [--again]
//
// GIT-DIRECTORY-PARENT has clones of the public applications of applications.json as owner+name/…; without one only those of this repository are proved.
// What was measured is kept in benchmarks/prove/measured and not measured again without --again, unless the stand-ins are others since: it takes hours.

interface Application {
  readonly name: string;
  readonly language: string;
  readonly from: Result['from'];
  /** Puts it into an empty directory. */
  put(directory: string): void;
  readonly prove: unknown;
  readonly skip: readonly string[];
}

interface PublicApplication {
  readonly name: string;
  readonly language: string;
  readonly directory: string;
  /** Bases of its Dockerfile that have a stand-in of another name here. */
  readonly bases: Readonly<Record<string, string>>;
  readonly prove?: unknown;
  readonly skip?: readonly string[];
}

const [parent, ...flags] = process.argv.slice(2);
const only = flags.includes('--only') ? flags[flags.indexOf('--only') + 1] : undefined;
/** In their order. */
const these = flags.includes('--these') ? flags[flags.indexOf('--these') + 1]?.split(',') : undefined;
const again = flags.includes('--again');
const measured = 'benchmarks/prove/measured';
const command = process.env.PLIMSOLL_COMMAND ?? 'dist/cli/main.js';
const keptDifferences = 40;
const secondsForOne = Number(process.env.PLIMSOLL_PROOF_SECONDS ?? 1800);

mkdirSync(measured, { recursive: true });
const applications = [...ofBuilds(), ...ofExamples(), ...(parent === undefined ? [] : ofPublic(parent))];
const bases = new Map<string, string>();
const mark = markOfBases();
for (const application of meant()) {
  const file = path.join(measured, `${application.name.replace(/[^\w.-]+/g, '-')}.json`);
  if (existsSync(file) && !again && resultIn(file).bases === mark) continue;
  const begun = performance.now();
  const result = { ...(await proveOne(application)), bases: mark };
  // Cut off by its time: nothing is known of it.
  if (result.statements.some((each) => each.startsWith('Interrupted'))) {
    console.log(`${application.name}: not done in ${secondsForOne} s`);
    continue;
  }
  // Where on this machine it was measured is nobody's business.
  writeFileSync(file, `${JSON.stringify(result)}\n`.replace(/[^\s"'(]*\/plimsoll-proof-\w+\//g, ''));
  console.log(`${application.name}: ${result.verdict} (${Math.round((performance.now() - begun) / 1000)} s)`);
  writeDocument();
}
writeDocument();

function resultIn(file: string): Result {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function meant(): readonly Application[] {
  if (these !== undefined)
    return these.flatMap((name) => {
      const found = applications.filter((each) => each.name === name);
      if (found.length === 0) throw new Error(`there is no application «${name}»`);
      return found;
    });
  return only === undefined ? applications : applications.filter(({ name }) => name.includes(only));
}

function writeDocument(): void {
  const results = readdirSync(measured)
    .filter((name) => name.endsWith('.json'))
    .map((name) => resultIn(path.join(measured, name)));
  const known = new Set(results.map(({ name }) => name));
  for (const each of applications)
    if (known.has(each.name) && !bases.has(each.name)) bases.set(each.name, baseOf(each));
  const startUp = readFileSync('benchmarks/prove/start-up.md', 'utf8');
  const names = applications.map(({ name }) => name);
  writeFileSync('docs/proof.md', documentOf(results, names, bases, startUp));
}

/** What the last stage of an application stands on; of a stage of its own, what that does. */
function baseOf(application: Application): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-proof-'));
  try {
    application.put(directory);
    const file = path.join(directory, 'Dockerfile');
    const stages = existsSync(file)
      ? [...readFileSync(file, 'utf8').matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)]
      : [];
    let base = stages.at(-1)?.[1] ?? '';
    for (let at: typeof base | undefined = base; at !== undefined; ) {
      base = at;
      at = stages.find(([, , name]) => name === base)?.[1];
    }
    return base;
  } catch {
    // Its sources are not there any more, and what was measured of it stays.
    return '';
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function proveOne(application: Application): Promise<Result> {
  const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-proof-'));
  const { name, language, from } = application;
  try {
    const directory = path.join(scratch, path.basename(name.replace(/\W+/g, '-')));
    mkdirSync(directory);
    try {
      application.put(directory);
    } catch {
      const known = { name, language, from, stages: 0, withdrawn: [], evidence: null };
      return { ...known, verdict: 'not built', statements: ['Its sources are not all there.'] };
    }
    const prove = application.prove === undefined ? {} : { prove: application.prove };
    writeFileSync(
      path.join(directory, 'plimsoll.yaml'),
      JSON.stringify({ rules: { 'cache/package-cache-mount': 'note' }, ...prove }),
    );
    const dockerfile = path.join(directory, 'Dockerfile');
    const stages = existsSync(dockerfile) ? (readFileSync(dockerfile, 'utf8').match(/^\s*FROM\s/gim)?.length ?? 0) : 0;
    const { output, errors } = await run([
      ...['prove', directory, '--review', '--json', '--quiet', '--network', 'host', '--most-builds', '8'],
      ...(existsSync(dockerfile) ? ['--dockerfile', dockerfile] : []),
      ...application.skip.flatMap((rule) => ['--skip', rule]),
    ]);
    const known = { name, language, from, stages };
    if (!output.startsWith('{'))
      return { ...known, verdict: 'not built', statements: [errors.trim()], withdrawn: [], evidence: null };
    const [proof] = JSON.parse(output).proofs;
    // The table needs how many there are; of what they are, the first say enough.
    if (proof.evidence?.tree) proof.evidence.tree.differences.splice(keptDifferences);
    return { ...known, ...proof, name };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What scripts/base-images wrote on the image that nearly all others stand on. */
function markOfBases(): string {
  const socket = execFileSync('scripts/engine', ['up'], { encoding: 'utf8' }).trim();
  const format = '{{index .Config.Labels "dev.plimsoll.recipe"}}';
  return execFileSync(
    process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker',
    ['-H', `unix://${socket}`, 'image', 'inspect', '--format', format, 'debian:12'],
    {
      encoding: 'utf8',
    },
  ).trim();
}

function run(args: readonly string[]): Promise<{ readonly output: string; readonly errors: string }> {
  const socket = execFileSync('scripts/engine', ['up'], { encoding: 'utf8' }).trim();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [command, ...args], {
      env: { ...process.env, DOCKER_HOST: `unix://${socket}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // An orderly end: it removes what it made.
    const timer = setTimeout(() => child.kill('SIGINT'), secondsForOne * 1000);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('close', () => {
      clearTimeout(timer);
      resolve({ output, errors });
    });
  });
}

function ofBuilds(): Application[] {
  const root = 'tests/system/builds';
  return readdirSync(root).flatMap((name): Application[] => {
    const {
      language,
      port,
      paths,
      runs,
      skip = [],
      newestFrontend,
    } = JSON.parse(readFileSync(path.join(root, name, 'case.json'), 'utf8'));
    if (newestFrontend) return [];
    const requests = paths?.map((each: string) => ({ path: each }));
    return [
      {
        name,
        language,
        from: 'tests',
        prove: port === undefined ? { runs } : { ports: [port], requests },
        // What has no stand-in here; a lighter image is tried, and taken back where it breaks something.
        skip: skip.filter((rule: string) => rule.startsWith('maintenance/')),
        put(directory) {
          cpSync(path.join(root, name), directory, { recursive: true });
          rmSync(path.join(directory, 'case.json'));
        },
      },
    ];
  });
}

function ofExamples(): Application[] {
  return ['shop-node', 'orders-python', 'catalog-go'].map((name) => ({
    name,
    language: { n: 'Node.js', p: 'Python', g: 'Go' }[name.split('-')[1]?.[0] ?? ''] ?? '',
    from: 'examples',
    prove: undefined,
    skip: [],
    put: (directory) => cpSync(path.join('examples', name), directory, { recursive: true }),
  }));
}

function ofPublic(clones: string): Application[] {
  const list: readonly PublicApplication[] = JSON.parse(readFileSync('benchmarks/prove/applications.json', 'utf8'));
  return list.map(({ name, language, directory: inside, bases, prove, skip = [] }) => ({
    name,
    language,
    from: 'public',
    prove,
    skip,
    put(directory) {
      const repository = gitDirectory(path.join(clones, (name.split(' ')[0] ?? '').replace('/', '+')));
      const archive = execFileSync(
        'git',
        ['--git-dir', repository, 'archive', inside === '' ? 'HEAD' : `HEAD:${inside}`],
        {
          maxBuffer: 1 << 30,
        },
      );
      execFileSync('tar', ['-x', '-C', directory], { input: archive });
      const file = path.join(directory, 'Dockerfile');
      let text = readFileSync(file, 'utf8');
      for (const [base, here] of Object.entries(bases))
        text = text.replace(
          new RegExp(`^(\\s*FROM\\s+)${base.replace(/[.\\/]/g, '\\$&')}(?=\\s|$)`, 'gim'),
          `$1${here}`,
        );
      writeFileSync(file, text);
    },
  }));
}

/** The git directory in a folder, or the one of its folders that is one. */
function gitDirectory(folder: string): string {
  const found = [folder, ...readdirSync(folder).map((name) => path.join(folder, name))].find((each) =>
    existsSync(path.join(each, 'HEAD')),
  );
  if (found === undefined) throw new Error(`${folder} has no git directory`);
  return found;
}
