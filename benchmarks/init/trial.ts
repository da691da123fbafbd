import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fillScript } from '../../src/init/fill-script.ts';
import { type ApplicationPlan, type RunPlan, secretsOf, settingsOf, type WritablePath } from '../../src/init/plan.ts';
import { docker, firstWords, run, startPostgres } from './machine.ts';

/** What the environment gives an application, as a person who knows it would. */
export interface Given {
  /** Of several applications in a repository the one to try. */
  readonly directory?: string;
  /** Answers to questions that init asks: `--port 8080`. */
  readonly arguments?: readonly string[];
  /** Values of variables; `{postgres}` stands for the address of an empty database, without the scheme, `{postgres.host}` and so on for a part. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Run with the image before it serves, as a release step: what brings the database up to date. */
  readonly before?: readonly string[];
  /** Files that only its user can write, as the program finds them: text by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
  /** Asked instead of the health endpoint or `/`. */
  readonly path?: string;
  /** What it cannot run without and this machine has not. */
  readonly needs?: string;
}

export interface Result {
  readonly name: string;
  readonly language: string;
  readonly framework: string | undefined;
  readonly outcome: 'serves' | 'does not serve' | 'does not build' | 'refused' | 'cannot be tried here';
  readonly reason: string | undefined;
  readonly built: boolean;
  /** Seconds of the build. */
  readonly seconds?: number;
  readonly bytes?: number;
  readonly status?: number;
  readonly asked?: string;
}

const dockerFiles = [
  ...['Dockerfile*', '*.Dockerfile', 'Containerfile*', 'docker-compose*', 'compose.y*ml', '.dockerignore', 'k8s'],
  ...['kubernetes', 'helm', 'charts', '.devcontainer', 'skaffold*', 'docker-entrypoint*'],
];

const plimsoll = path.resolve('dist/cli/main.js');
const logs = path.resolve('.cache/init-logs');

/** Checks out, removes what is known of Docker and Kubernetes, writes, builds, runs and asks. */
export async function tryApplication(name: string, repository: string, given: Given): Promise<Result> {
  const top = mkdtempSync(path.join(tmpdir(), 'plimsoll-init-'));
  try {
    const root = path.join(top, name.slice(name.indexOf('/') + 1));
    try {
      checkOut(repository, root);
    } catch {
      const reason = 'the copy of its repository here lacks a file';
      return { name, language: '', framework: undefined, outcome: 'cannot be tried here', reason, built: false };
    }
    return await tryIn(name, root, given);
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
}

function checkOut(repository: string, root: string): void {
  mkdirSync(root, { recursive: true });
  const archive = execFileSync('git', ['-C', repository, 'archive', 'HEAD'], { maxBuffer: 1 << 30 });
  execFileSync('tar', ['-x', '-C', root], { input: archive });
  // As a clone has it: what is committed counts, also where .gitignore covers it.
  execFileSync('git', ['-C', root, 'init', '--quiet']);
  execFileSync('git', ['-C', root, 'add', '--all', '--force']);
  const names = dockerFiles.flatMap((each, at) => [...(at === 0 ? [] : ['-o']), '-iname', each]);
  execFileSync('find', [root, '(', ...names, ')', '-prune', '-exec', 'rm', '-rf', '{}', '+']);
}

async function tryIn(name: string, root: string, given: Given): Promise<Result> {
  const written = await run(process.execPath, [
    ...[plimsoll, 'init', path.join(root, given.directory ?? ''), '--json'],
    ...(given.arguments ?? []),
  ]);
  const applications: readonly ApplicationPlan[] = written.output.startsWith('{')
    ? JSON.parse(written.output).applications
    : [];
  const plan = applications.find(({ directory }) => directory === (given.directory ?? '')) ?? applications[0];
  if (plan === undefined) {
    const said = written.output.startsWith('{') ? JSON.parse(written.output).undecided?.[0]?.undecided : undefined;
    const reason = said ?? firstWords(written.errors);
    return { name, language: '', framework: undefined, outcome: 'refused', reason, built: false };
  }
  const top = rootOf(root, given.directory ?? '', plan);
  const common = { name, language: plan.language, framework: plan.framework };
  const missing = await missingBases(path.join(top, plan.directory, 'Dockerfile'));
  if (missing.length > 0)
    return { ...common, outcome: 'cannot be tried here', reason: `no ${missing.join(', no ')} here`, built: false };
  return { ...common, ...(await buildAndServe(name, top, plan, given)) };
}

/** The root of what was written: that of the workspace or the modules that the application belongs to, else the application's own directory. */
function rootOf(root: string, directory: string, plan: ApplicationPlan): string {
  const own = path.join(root, directory);
  for (let at = own; at.startsWith(root); at = path.dirname(at))
    if (existsSync(path.join(at, plan.directory, 'Dockerfile'))) return at;
  return own;
}

async function missingBases(dockerfile: string): Promise<string[]> {
  const text = readFileSync(dockerfile, 'utf8');
  const stages = new Set([...text.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, stage]) => stage));
  const bases = [...text.matchAll(/^FROM (\S+)/gm)].flatMap(([, base]) =>
    base === undefined || stages.has(base) || base === 'scratch' ? [] : [base],
  );
  const missing: string[] = [];
  for (const base of new Set(bases)) {
    const found = await docker('image', 'inspect', base);
    if (found.status !== 0) missing.push(base);
  }
  return missing;
}

type Outcome = Omit<Result, 'name' | 'language' | 'framework'>;

/** Hosts that package registries do not need: what the build wanted of the open network. */
const unreachable =
  /(?:ENOTFOUND|EAI_AGAIN|UnknownHostException:|Could not resolve host:|Unknown host|Failed to resolve|lookup|resolve host address) ?['"]?([\w-]+(?:\.[\w-]+)+)/;

async function buildAndServe(name: string, root: string, plan: ApplicationPlan, given: Given): Promise<Outcome> {
  const tag = `plimsoll-trial/${name.toLowerCase().replace(/[^a-z0-9/._-]/g, '-')}`;
  const begun = performance.now();
  const dockerfile = path.join(root, plan.directory, 'Dockerfile');
  const built = await docker(
    ...['build', '--network=host', '--progress=plain', '-t', tag, '-f', dockerfile, path.join(root, plan.context)],
  );
  const seconds = Math.round((performance.now() - begun) / 1000);
  log(name, 'build', built.output + built.errors);
  if (built.status !== 0) {
    const host = unreachable.exec(built.errors)?.[1];
    return host
      ? { outcome: 'cannot be tried here', reason: `its build wants ${host}`, built: false, seconds }
      : { outcome: 'does not build', reason: firstWords(lastError(built.errors)), built: false, seconds };
  }
  const bytes = Number((await docker('image', 'inspect', '-f', '{{.Size}}', tag)).output);
  const served = await serve(name, tag, plan, given);
  const failed = served.outcome === 'does not serve' && given.needs !== undefined;
  return {
    ...served,
    ...(failed ? { outcome: 'cannot be tried here', reason: `built; needs ${given.needs}` } : {}),
    built: true,
    seconds,
    bytes,
  };
}

/** The last lines that a failed step printed. */
function lastError(errors: string): string {
  const lines = errors.split('\n').filter((line) => /^#\d+ (?:ERROR|\d)/.test(line) || /error|fatal/i.test(line));
  return lines.slice(-3).join(' ');
}

async function serve(name: string, tag: string, plan: ApplicationPlan, given: Given): Promise<Omit<Outcome, 'built'>> {
  const { run: pod } = plan;
  if (pod.port === undefined) return { outcome: 'does not serve', reason: 'a program that nothing connects to' };
  const wantsPostgres = Object.values(given.environment ?? {}).some((value) => value.includes('{postgres'));
  const postgres = wantsPostgres ? await startPostgres() : undefined;
  const files = mkdtempSync(path.join(tmpdir(), 'plimsoll-files-'));
  const filled = await filledVolumes(tag, pod);
  const options = [
    ...restrictions(
      pod,
      filled.map(({ place }) => place),
    ),
    ...filled.flatMap(({ volume, place }) => ['--volume', `${volume}:${place}`]),
    ...environment(plan, given, postgres?.address),
    ...mounts(files, given.files ?? {}),
  ];
  // A database listens on this machine's own address: only then the container shares its network.
  const network = postgres ? '--network=host' : '--network=none';
  try {
    if (given.before) {
      const before = await docker('run', '--rm', network, ...options, tag, ...given.before);
      log(name, 'before', before.output + before.errors);
      if (before.status !== 0)
        return { outcome: 'does not serve', reason: `${given.before.join(' ')}: ${firstWords(before.errors)}` };
    }
    const started = await docker('run', '-d', network, ...options, tag);
    if (started.status !== 0) return { outcome: 'does not serve', reason: firstWords(started.errors) };
    const container = started.output.trim();
    try {
      return await ask(name, container, pod.port, given.path ?? pod.health?.path ?? '/');
    } finally {
      await docker('rm', '-f', container);
    }
  } finally {
    await postgres?.stop();
    for (const { volume } of filled) await docker('volume', 'rm', '-f', volume);
    rmSync(files, { recursive: true, force: true });
  }
}

/** As the Deployment has them: its user, a read-only root, what is said to be written, no capabilities, no new privileges. */
function restrictions({ user, writable }: RunPlan, volumes: readonly string[]): string[] {
  return [
    ...['--read-only', '--user', `${user}:${user}`, '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...writable
      .filter((each) => !volumes.includes(each.path))
      .flatMap((each) => ['--tmpfs', `${each.path}:uid=${user},gid=${user},mode=1777`]),
  ];
}

/** Whether it is to be the same for the release step and the program, or has to be filled: where there is a shell to do that. */
function isVolume({ filled, lasts, path }: WritablePath): boolean {
  return filled === true || (lasts === true && path === '/data');
}

/** Volumes that the program's user may write to and that get what the image has in their place, as the Deployment's init container does it. */
async function filledVolumes(tag: string, { user, writable }: RunPlan): Promise<{ volume: string; place: string }[]> {
  const found: { volume: string; place: string }[] = [];
  for (const { path: place, filled } of writable.filter(isVolume)) {
    const volume = (await docker('volume', 'create')).output.trim();
    const fill = ['run', '--rm', '--network=none', '--volume', `${volume}:/volume`, '--entrypoint', 'sh'];
    const opened = await docker(...fill, '--user', '0:0', tag, '-c', 'chmod 1777 /volume');
    // Without a shell nothing opens it to the program's user: a temporary file system is in its place then.
    if (opened.status !== 0) {
      await docker('volume', 'rm', '-f', volume);
      continue;
    }
    if (filled) await docker(...fill, '--user', `${user}:${user}`, tag, '-ec', fillScript, 'fill', place, '/volume');
    found.push({ volume, place });
  }
  return found;
}

/** As ConfigMaps and Secrets give files: read by all, written by none. */
function mounts(directory: string, files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).flatMap(([place, text], at) => {
    const file = path.join(directory, String(at));
    writeFileSync(file, text, { mode: 0o444 });
    chmodSync(directory, 0o755);
    return ['--volume', `${file}:${place}:ro`];
  });
}

/** What the ConfigMap says, and a value for each secret: given, or one that is as long as keys are. */
function environment(plan: ApplicationPlan, given: Given, postgres: string | undefined): string[] {
  const values = new Map<string, string>();
  for (const { name, value } of settingsOf(plan)) if (typeof value === 'string') values.set(name, value);
  for (const { name, required } of secretsOf(plan))
    if (required) values.set(name, '0123456789abcdef0123456789abcdef0123456789abcdef');
  for (const [name, value] of Object.entries(given.environment ?? {}))
    values.set(name, ofDatabase(value, postgres ?? ''));
  return [...values].flatMap(([name, value]) => ['-e', `${name}=${value}`]);
}

/** With the address of the database, `user:password@host:port/name`, or a part of it in place of `{postgres}`, `{postgres.host}` … */
function ofDatabase(value: string, address: string): string {
  const { username, password, hostname, port, pathname } = new URL(`postgres://${address || 'none'}`);
  const parts = { user: username, password, host: hostname, port, name: pathname.slice(1) };
  return Object.entries(parts).reduce(
    (text, [name, part]) => text.replace(`{postgres.${name}}`, part),
    value.replace('{postgres}', address),
  );
}

const waitSeconds = 120;

async function ask(name: string, container: string, port: number, asked: string): Promise<Omit<Outcome, 'built'>> {
  const pid = (await docker('inspect', '-f', '{{.State.Pid}}', container)).output.trim();
  const until = performance.now() + waitSeconds * 1000;
  let status = 0;
  while (performance.now() < until) {
    const { output } = await run('nsenter', [
      ...['-t', pid, '-n', 'curl', '-s', '-o', '/dev/null', '--max-time', '10', '-w', '%{http_code}'],
      `http://127.0.0.1:${port}${asked}`,
    ]);
    status = Number(output);
    const { output: state } = await docker('inspect', '-f', '{{.State.Running}}', container);
    if (status > 0 || state.trim() !== 'true') break;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const { output, errors } = await docker('logs', '--tail', '200', container);
  log(name, 'run', output + errors);
  if (status > 0 && status < 500) return { outcome: 'serves', reason: undefined, status, asked };
  const reason =
    status > 0 ? `${status} for ${asked}` : firstWords((output + errors).trim().split('\n').slice(-3).join(' '));
  return { outcome: 'does not serve', reason, ...(status > 0 && { status, asked }) };
}

function log(name: string, what: string, text: string): void {
  mkdirSync(logs, { recursive: true });
  writeFileSync(path.join(logs, `${name.replace('/', '+')}.${what}`), text);
}
