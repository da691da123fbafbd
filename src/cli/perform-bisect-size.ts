import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseByteSize } from '../core/byte-size.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { openImage } from '../image/sources/open-image.ts';
import type { Configuration } from '../project/configuration.ts';
import { type BisectOptions, bisectSize } from '../prove/bisect-size/bisect-size.ts';
import { checkOutCommit, measureImage } from '../prove/bisect-size/measure-commit.ts';
import type { Builder } from '../prove/build.ts';
import { findBuilder, parseBuilderChoice } from '../prove/builders/find-builder.ts';
import { proofTag } from '../prove/owner.ts';
import { openHistory } from '../prove/replay/history.ts';
import { openGit } from '../prove/replay/run-git.ts';
import { makeScratch } from '../prove/scratch.ts';
import { renderSizes, sizesJson } from '../report/size.ts';
import { askedBuild } from './asked-build.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { countFrom } from './count-flag.ts';
import { onInterruption } from './interruption.ts';
import { isColored } from './is-colored.ts';
import { loadConfiguration } from './load-configuration.ts';
import { type Progress, progressOn } from './progress.ts';
import { readTarget } from './read-target.ts';
import { sizeBudgetOf } from './size-budget.ts';

type AskedBuild = ReturnType<typeof askedBuild>;

const defaults = { last: 100, mostBuilds: 16, timeoutSeconds: 1800 };

/** What made an image grow, as the arguments of `plimsoll bisect-size` say. Gives the exit code. */
export async function performBisectSize(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const place = placeOf(parsed, terminal);
  const target = await readTarget(parsed.positionals, undefined, terminal);
  const { configuration } = await loadConfiguration(parsed, target, terminal);
  const budget = budgetFrom(parsed, configuration, place.dockerfile, terminal);
  const since = parsed.value('since');
  if (budget === undefined && since === undefined)
    throw new UserError('bisect-size asks about a budget or a revision', {
      remedy: 'plimsoll bisect-size --budget 300MB, or --since v1.4, or sizeBudgets in plimsoll.yaml.',
    });
  if (budget !== undefined && since === undefined && parsed.has('no-build') && !parsed.has('image'))
    throw new UserError('how large the image is, only a build tells', {
      remedy: 'Leave --no-build out, or name the image with --image.',
    });
  const asked = askedBuild(parsed, terminal.cwd);
  const progress = progressOn(terminal, parsed.has('quiet'));
  const interruption = onInterruption(terminal, progress.end);
  let builder: Builder | undefined;
  try {
    const history = await openHistory(
      place.context,
      since === undefined ? { most: countFrom(parsed, 'last', defaults.last) } : { most: 10_000, since },
      progress.step,
    );
    try {
      if (!parsed.has('no-build')) builder = await builderFrom(parsed, terminal, interruption.signal);
      const context = history.prefix.replace(/\/$/, '');
      const dockerfile = path.relative(history.top, place.dockerfile).split(path.sep).join('/');
      if (dockerfile.startsWith('..'))
        throw new UserError('the Dockerfile is not in the repository', { where: printable(place.dockerfile) });
      const report = await bisectSize(history, {
        build: {
          dockerfile,
          context,
          ...(asked.target !== undefined && { target: asked.target }),
          buildArguments: valuesOf(asked, terminal),
        },
        budget,
        measure:
          builder &&
          measureWith(
            builder,
            history.top,
            { dockerfile, context, asked },
            parsed,
            terminal,
            interruption.signal,
            progress,
          ),
        newest: newestFrom(parsed, terminal),
        mostBuilds: countFrom(parsed, 'most-builds', defaults.mostBuilds),
        onProgress: progress.step,
      });
      progress.end();
      const options = {
        columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 120,
        color: isColored(parsed, terminal),
      };
      terminal.stdout.write(parsed.has('json') ? sizesJson(report) : renderSizes(report, options));
      // A gate must not open because nobody knows.
      if (report.verdict === 'not known') return exitCodes.system;
      return report.verdict === 'over budget' ? exitCodes.findings : exitCodes.clean;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UserError(`no commit can be built as far as files tell: ${printable(error.message)}`, {
        remedy: 'Name the Dockerfile with --dockerfile; PATH is its build context.',
      });
    } finally {
      history.close();
    }
  } finally {
    await builder?.close();
    progress.end();
    interruption.end();
  }
}

function placeOf(
  parsed: ParsedArguments,
  terminal: Terminal,
): { readonly context: string; readonly dockerfile: string } {
  const [directory = '.', ...others] = parsed.positionals;
  const context = path.resolve(terminal.cwd, directory);
  if (others.length > 0 || !existsSync(context) || !statSync(context).isDirectory())
    throw new UserError('bisect-size takes one directory: the build context', { where: printable(directory) });
  const named = parsed.value('dockerfile');
  return {
    context,
    dockerfile: named === undefined ? path.join(context, 'Dockerfile') : path.resolve(terminal.cwd, named),
  };
}

function budgetFrom(
  parsed: ParsedArguments,
  { path: file, sizeBudgets }: Configuration,
  dockerfile: string,
  { cwd }: Terminal,
): BisectOptions['budget'] {
  const text = parsed.value('budget');
  if (text !== undefined) {
    const bytes = parseByteSize(text);
    if (bytes === undefined)
      throw new UserError(`--budget takes a size, not «${text}»`, { remedy: 'Write it as 300MB or 250MiB.' });
    return { bytes, source: '--budget' };
  }
  if (parsed.has('since')) return undefined;
  const found = sizeBudgetOf({ path: file, sizeBudgets }, dockerfile, cwd);
  return found && { bytes: found.value, source: found.place };
}

/** What the front end puts in where it reads the file: an argument without a value has that of the environment. */
function valuesOf(asked: AskedBuild, { environment }: Terminal): ReadonlyMap<string, string> {
  return new Map([...(asked.arguments ?? [])].map(([name, value]) => [name, value ?? environment[name] ?? '']));
}

function builderFrom(parsed: ParsedArguments, terminal: Terminal, signal: AbortSignal): Promise<Builder> {
  const wanted = parsed.value('builder');
  return findBuilder(wanted === undefined ? undefined : parseBuilderChoice(wanted), terminal.environment, signal);
}

function newestFrom(parsed: ParsedArguments, terminal: Terminal): BisectOptions['newest'] {
  const name = parsed.value('image');
  if (name === undefined) return undefined;
  return async (commit) => {
    const image = await openImage(name, { environment: terminal.environment, registry: { mirrors: [] } });
    try {
      return await measureImage(image, commit);
    } finally {
      await image.close();
    }
  };
}

function measureWith(
  builder: Builder,
  top: string,
  { asked, ...place }: { readonly dockerfile: string; readonly context: string; readonly asked: AskedBuild },
  parsed: ParsedArguments,
  terminal: Terminal,
  signal: AbortSignal,
  progress: Progress,
): BisectOptions['measure'] {
  const timeoutSeconds = countFrom(parsed, 'timeout', defaults.timeoutSeconds);
  const git = openGit(top);
  return async (commit) => {
    const { id, subject } = commit.commit;
    const what = printable(`building ${id.slice(0, 12)} ${subject.slice(0, 40)}`);
    progress.step(what);
    const scratch = makeScratch();
    try {
      const tree = path.join(scratch.directory, 'tree');
      await checkOutCommit(git, id, tree);
      const outcome = await builder.build(
        {
          target: undefined,
          platform: undefined,
          network: 'default',
          arguments: new Map(),
          contexts: new Map(),
          secrets: [],
          ...asked,
          context: path.join(tree, place.context),
          dockerfile: path.join(tree, place.dockerfile),
          cache: 'warm',
          tag: proofTag('size'),
          logFile: path.join(scratch.directory, 'build.log'),
          timeoutSeconds,
        },
        { signal, onStep: (step) => progress.step(printable(`${what}: ${step.name}`)) },
      );
      if (!outcome.ok) {
        const { why, message } = outcome.failure;
        // A step of the commit that fails is the commit's; all else ends the search.
        if (why === 'failed') return printable(message);
        throw new UserError(`${id.slice(0, 12)} could not be built: ${printable(message)}`, { exitCode: 3 });
      }
      const environment = { ...terminal.environment, ...builder.environment };
      const image = await openImage(outcome.image.source, { environment, registry: { mirrors: [] } });
      try {
        return await measureImage(image, commit);
      } finally {
        await image.close();
        await builder.forget(outcome.image);
      }
    } finally {
      scratch.remove();
    }
  };
}
