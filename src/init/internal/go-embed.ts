import { posix } from 'node:path';
import { matchGlob } from '../../context/go-glob.ts';
import { type Place, placeAt } from '../detector.ts';
import type { IgnoreGroup, ImageStage, Question, Step } from '../plan.ts';
import { directoryOf, filesBelow, join, placeIn } from '../repository.ts';
import { readFacts } from './node-facts.ts';
import { findNodeFramework } from './node-framework.ts';
import { ignoreGroups } from './node-ignores.ts';
import { readNodePackage } from './node-package.ts';
import { buildStage, buildSteps } from './node-stages.ts';

/** What a Go program embeds and the repository does not hold: how it is made before the program is. */
export interface Embedded {
  readonly stages: readonly ImageStage[];
  /** In the stage that compiles, behind the sources. */
  readonly copies: readonly Step[];
  readonly ignore: readonly IgnoreGroup[];
  readonly questions: readonly Question[];
}

/**
 * Pages that a package of the repository builds and `//go:embed` takes in: without them the compiler stops. `root` is the build's context.
 * https://pkg.go.dev/embed
 */
export function embeddedPages(place: Place, root: string): Embedded {
  const stages: ImageStage[] = [];
  const copies: Step[] = [];
  const ignore: IgnoreGroup[] = [];
  const questions: Question[] = [];
  const embedded = embeddedDirectories(place);
  const wanted = [...embedded.filter(({ isThere }) => !isThere), ...builtWithin(place, embedded)];
  for (const { directory, evidence, isThere } of wanted) {
    const made = builderOf(place, directory, root);
    if (made === undefined || stages.length > 0) {
      // Where the rest of it is there the compiler goes on without.
      if (isThere) continue;
      const question = `The program embeds ${directory} (${evidence}), which is not in the repository, and what makes it is not known here: without it the build stops. Let a stage before it make it.`;
      questions.push({ question, flag: undefined, assumed: undefined });
      continue;
    }
    stages.push(made.stage);
    ignore.push(...made.ignore);
    copies.push({
      kind: 'copy',
      comment: `What the program embeds: ${evidence}`,
      from: 'pages',
      sources: [`${made.output}/`],
      destination: `./${below(root, directory)}/`,
    });
  }
  return { stages, copies, ignore, questions };
}

interface EmbeddedDirectory {
  readonly directory: string;
  readonly evidence: string;
  /** The repository has files there. */
  readonly isThere: boolean;
}

/** Directories that the sources embed. */
function embeddedDirectories(place: Place): EmbeddedDirectory[] {
  const { files } = place.repository;
  const found = new Map<string, EmbeddedDirectory>();
  for (const { path, text } of place.sources())
    for (const match of text.matchAll(/^[ \t]*\/\/go:embed[ \t]+(.+)$/gm))
      for (const word of match[1]?.match(/"[^"]*"|`[^`]*`|\S+/g) ?? []) {
        const pattern = posix.join(directoryOf(path), word.replace(/^["`]|["`]$/g, '').replace(/^all:/, ''));
        const depth = pattern.split('/').length;
        const isThere = files.some((file) => {
          const start = file.split('/').slice(0, depth).join('/');
          return start === pattern || matchGlob(pattern, start) === true;
        });
        const directory = pattern.replace(/\/[^/]*[*?[].*$/, '');
        if (!posix.extname(directory))
          found.set(directory, { directory, evidence: placeIn(path, text, match.index), isThere });
      }
  return [...found.values()];
}

/** What a bundler writes into a directory that is embedded, beside what the repository has there: `outdir: "server/ui/dist"`. */
function builtWithin(place: Place, embedded: readonly EmbeddedDirectory[]): EmbeddedDirectory[] {
  return manifestsOf(place).flatMap((path) => {
    const output = bundledInto(placeAt({ ...place, choices: {} }, directoryOf(path)));
    const around = embedded.find(({ directory, isThere }) => isThere && output?.startsWith(`${directory}/`));
    return output === undefined || around === undefined ? [] : [{ ...around, directory: output }];
  });
}

/** The one directory that the build script of a package writes to, where the repository has nothing; from the root. */
function bundledInto(own: Place): string | undefined {
  const { repository, directory } = own;
  const script = readNodePackage(repository, join(directory, 'package.json'))?.scripts.get('build') ?? '';
  const named = script.split(/\s+/).filter((word) => /^(?:\.\/)?[\w./-]+\.[cm]?[jt]s$/.test(word));
  const written = named.flatMap((file) => [
    ...(own.read(file.replace(/^\.\//, '')) ?? '').matchAll(
      /^[ \t]*outdir:[ \t]*["'](?:\.\/)?([\w.][\w./-]*?)\/?["']/gm,
    ),
  ]);
  const [only, ...others] = new Set(written.map(([, each = '']) => posix.join(directory, each)));
  if (only === undefined || others.length > 0 || only.startsWith('..')) return undefined;
  return filesBelow(repository, only).length > 0 ? undefined : only;
}

function manifestsOf({ repository }: Place): string[] {
  return repository.files
    .filter((file) => /(?:^|\/)package\.json$/.test(file) && !/(?:^|\/)node_modules\//.test(file))
    .sort((one, other) => one.length - other.length);
}

interface Builder {
  readonly stage: ImageStage;
  /** Where the stage has what it wrote. */
  readonly output: string;
  readonly ignore: readonly IgnoreGroup[];
}

/** The package of Node.js whose build writes the directory. */
function builderOf(place: Place, directory: string, root: string): Builder | undefined {
  for (const path of manifestsOf(place)) {
    const own = placeAt({ ...place, choices: {} }, directoryOf(path));
    const manifest = readNodePackage(place.repository, path);
    if (manifest === undefined) continue;
    const framework = findNodeFramework(own, manifest);
    const output =
      framework?.pages === undefined ? bundledInto(own) : posix.join(own.directory, framework.pages.directory);
    if (output !== directory) continue;
    const facts = readFacts(own, manifest, framework);
    const inside = below(root, facts.install.root);
    if (facts.build === undefined || inside === undefined) continue;
    const stage = buildStage(facts, 'pages', false);
    const steps = [...stage.steps, ...buildSteps(facts)];
    return {
      stage: { ...stage, steps: steps.map((step) => inContext(step, inside)) },
      output: posix.normalize(`/app/${below(facts.install.root, output)}`),
      ignore: ignoreGroups(facts),
    };
  }
  return undefined;
}

/** A step of a build whose context was a directory of this one. */
function inContext(step: Step, directory: string): Step {
  if (step.kind !== 'copy' || step.from !== undefined || directory === '') return step;
  return {
    ...step,
    sources: step.sources.map((source) => (source === '.' ? `${directory}/` : join(directory, source))),
  };
}

/** A directory relative to the one it lies in; undefined where it does not. */
function below(root: string, directory: string): string | undefined {
  if (root === '' || directory === root) return root === '' ? directory : '';
  return directory.startsWith(`${root}/`) ? directory.slice(root.length + 1) : undefined;
}
