import path from 'node:path';
import { UserError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { parseImageReference } from '../core/image-reference.ts';
import { isPort } from '../core/port-number.ts';
import { printable } from '../core/printable.ts';
import { type Detected, detectApplications, type Existing } from '../init/detect.ts';
import { detectors } from '../init/detectors.ts';
import { patchOf } from '../init/diff.ts';
import { exposedPort } from '../init/exposed-port.ts';
import { type FileChange, plannedFiles } from '../init/files.ts';
import type { BaseKind, Choices } from '../init/plan.ts';
import { directoryOf, openRepository } from '../init/repository.ts';
import { repositoryRoot } from '../init/root.ts';
import { writeFiles } from '../init/write.ts';
import { loadProject } from '../project/load-project.ts';
import type { Project } from '../project/project.ts';
import { finalUser } from '../project/stage-facts.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { initJson, initText } from './init-output.ts';
import { isColored } from './is-colored.ts';
import { placeWord } from './place-word.ts';
import { readTarget } from './read-target.ts';
import { typedAgain } from './typed-again.ts';

/** Detects, plans and writes as the arguments of `plimsoll init` say. False when something could not be decided. */
export async function performInit(parsed: ParsedArguments, terminal: Terminal): Promise<boolean> {
  if (parsed.has('json') && parsed.has('diff'))
    throw new UserError('--json and --diff cannot be asked for together', {
      remedy: 'Leave one of them out: --json has the text of each file.',
    });
  const target = await readTarget(parsed.positionals, undefined, terminal);
  if (target.kind !== 'directory')
    throw new UserError('init takes one directory', {
      remedy: 'Name the directory of an application or of a repository.',
    });
  const { root, within } = repositoryRoot(target.path);
  const repository = openRepository(root);
  const force = parsed.has('force');
  const detected = detectApplications(repository, {
    detectors,
    choices: choicesFrom(parsed),
    today: new Date().toISOString().slice(0, 10),
    within,
    here: parsed.has('here'),
    existing: existingIn(await loadProject({ kind: 'directory', path: root }), force),
  });
  if (detected.plans.length === 0 && detected.undecided.length === 0) throw nothingFound(within);
  refuseOneAnswerForAll(parsed, detected, within, seenFrom(terminal, root));
  const changes = plannedFiles(repository, detected.plans, { force, manifests: !parsed.has('no-manifests') });
  const writes = !parsed.has('dry-run') && !parsed.has('diff');
  if (writes) writeFiles(root, changes);
  const findings = writes ? await (await import('./init-findings.ts')).findingsIn(root, parsed, terminal) : [];
  const left = findings.filter(({ locations: [{ path: file }] }) => within === '' || file.startsWith(`${within}/`));
  terminal.stdout.write(outputOf(parsed, terminal, detected, changes, { root, written: writes, findings: left }));
  return detected.undecided.length === 0;
}

function outputOf(
  parsed: ParsedArguments,
  terminal: Terminal,
  detected: Detected,
  changes: readonly FileChange[],
  {
    root,
    written,
    findings,
  }: { readonly root: string; readonly written: boolean; readonly findings: readonly Finding[] },
): string {
  if (parsed.has('json')) return initJson(detected, changes, written, findings);
  if (parsed.has('diff')) return patchOf(changes);
  const colored = isColored(parsed, terminal);
  const directory = seenFrom(terminal, root);
  const command = typedAgain('init', parsed, { without: ['--dry-run', '-n'] });
  return initText(detected, changes, { written, colored, directory, findings, command });
}

/** A directory as seen from the working directory, with forward slashes; '' when it is the same. */
function seenFrom({ cwd }: Terminal, directory: string): string {
  return path.relative(cwd, directory).split(path.sep).join('/');
}

function nothingFound(within: string): UserError {
  return new UserError('no application was found', {
    ...(within !== '' && { where: within }),
    remedy:
      'What is known: Node.js, Python, Go, Java, Rust, .NET, Ruby, PHP and directories with an index.html. «--start» says how a program starts.',
  });
}

function choicesFrom(parsed: ParsedArguments): Choices {
  const port = parsed.value('port');
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && isPort(Number(port))))
    throw new UserError(`--port takes a number from 1 to 65535; not «${port}»`);
  const image = parsed.value('image');
  const reference = image === undefined ? undefined : parseImageReference(image);
  if (image !== undefined && (reference === undefined || (reference.tag ?? reference.digest ?? 'latest') === 'latest'))
    throw new UserError(`--image takes an image with a tag, as registry.example.com/shop/web:1.4.0; not «${image}»`);
  const name = parsed.value('name');
  if (name !== undefined && !/^[a-z](?:[a-z0-9-]{0,48}[a-z0-9])?$/.test(name))
    throw new UserError(`--name takes lower case letters, digits and hyphens, at most 50; not «${name}»`);
  const data = dataFrom(parsed);
  const start = parsed.value('start');
  const base = parsed.value('base');
  const version = parsed.value('runtime-version');
  return {
    ...(port !== undefined && { port: Number(port) }),
    ...(image !== undefined && { image }),
    ...(name !== undefined && { name }),
    ...(data !== undefined && { data }),
    ...(start !== undefined && { start }),
    ...(isBaseKind(base) && { base }),
    ...(version !== undefined && { version }),
  };
}

function dataFrom(parsed: ParsedArguments): readonly string[] | undefined {
  const directories = parsed.values('data').map((each) => (each.length > 1 ? each.replace(/\/+$/, '') : each));
  if (parsed.has('stateless')) {
    if (directories.length > 0)
      throw new UserError('--stateless says that no data is kept, and --data says where it is');
    return [];
  }
  for (const each of directories)
    if (!/^(?:\/[\w.@+-]+)+$/.test(each) || /\/\.{1,2}(?:\/|$)/.test(each))
      throw new UserError(`--data takes an absolute directory of the container, as /app/data; not «${each}»`);
  return directories.length > 0 ? directories : undefined;
}

function isBaseKind(value: string | undefined): value is BaseKind {
  return value === 'slim' || value === 'alpine' || value === 'distroless';
}

const answersForOne = ['port', 'data', 'stateless', 'start', 'name', 'image', 'runtime-version'];

/** One port or name cannot be that of several applications. */
function refuseOneAnswerForAll(
  parsed: ParsedArguments,
  { plans, undecided }: Detected,
  within: string,
  root: string,
): void {
  const given = answersForOne.find((name) => parsed.has(name));
  const [first, ...others] = [...plans, ...undecided].map(({ directory }) => directory);
  if (given === undefined || first === undefined || others.length === 0) return;
  const named = [first, ...others].map((each) => printable(each || '.')).join(', ');
  throw new UserError(`--${given} is for one application, and there are ${others.length + 1}: ${named}`, {
    // Of the directory that was named its own application cannot be told apart by naming it again.
    remedy: `Name one: plimsoll init ${placeWord(root, first)}${first === within ? ' --here' : ''} --${given} …`,
  });
}

/** What the repository has already. With `--force` nothing counts: all is written anew. */
function existingIn(project: Project, force: boolean): Existing {
  if (force) return { dockerfiles: [], manifests: false };
  const dockerfiles = project.dockerfiles.map((dockerfile) => {
    const build = project.builds.find((each) => each.dockerfile === dockerfile);
    const stage = build?.stage ?? dockerfile.final;
    const user = stage ? finalUser(dockerfile, stage).user : undefined;
    return {
      path: dockerfile.path,
      context: build?.context?.directory ?? directoryOf(dockerfile.path),
      port: stage ? exposedPort(dockerfile, stage) : undefined,
      user: user !== undefined && /^[1-9]\d{0,9}$/.test(user) ? Number(user) : undefined,
    };
  });
  return { dockerfiles, manifests: project.workloads.length > 0 };
}
