import { posix } from 'node:path';
import { matchGlob } from '../../context/go-glob.ts';
import { type Place, placeAt } from '../detector.ts';
import type { IgnoreGroup, ImageStage, Question, Step } from '../plan.ts';
import { directoryOf, join, placeIn } from '../repository.ts';
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
  for (const { directory, evidence } of missing(place)) {
    const made = builderOf(place, directory, root);
    if (made === undefined || stages.length > 0) {
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

/** Directories that the sources embed and that hold no file of the repository. */
function missing(place: Place): { readonly directory: string; readonly evidence: string }[] {
  const { files } = place.repository;
  const found = new Map<string, string>();
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
        if (!isThere && !posix.extname(directory)) found.set(directory, placeIn(path, text, match.index));
      }
  return [...found].map(([directory, evidence]) => ({ directory, evidence }));
}

interface Builder {
  readonly stage: ImageStage;
  /** Where the stage has what it wrote. */
  readonly output: string;
  readonly ignore: readonly IgnoreGroup[];
}

/** The package of Node.js whose build writes the directory. */
function builderOf(place: Place, directory: string, root: string): Builder | undefined {
  const manifests = place.repository.files
    .filter((file) => /(?:^|\/)package\.json$/.test(file) && !/(?:^|\/)node_modules\//.test(file))
    .sort((one, other) => one.length - other.length);
  for (const path of manifests) {
    const own = placeAt({ ...place, choices: {} }, directoryOf(path));
    const manifest = readNodePackage(place.repository, path);
    const framework = manifest && findNodeFramework(own, manifest);
    if (manifest === undefined || framework?.pages === undefined) continue;
    if (posix.join(own.directory, framework.pages.directory) !== directory) continue;
    const facts = readFacts(own, manifest, framework);
    const inside = below(root, facts.install.root);
    if (facts.build === undefined || inside === undefined) continue;
    const stage = buildStage(facts, 'pages', false);
    const steps = [...stage.steps, ...buildSteps(facts)];
    return {
      stage: { ...stage, steps: steps.map((step) => inContext(step, inside)) },
      output: posix.normalize(`/app/${join(facts.member, framework.pages.directory)}`),
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
