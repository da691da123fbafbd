import type { Assumption, AssumptionState } from '../core/fix.ts';
import { type JsonObject, jsonObjectOf, parseJsonObject } from '../core/json-object.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { CommandForm } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { Application } from '../project/application.ts';
import { copiedScriptText } from '../project/copied-script.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { lastInstruction } from '../project/stage-facts.ts';
import { contextFiles } from './context-files.ts';
import { developmentPrograms, namesPackage, productionPrograms } from './node-programs.ts';

/** What the start of an image is judged by. */
interface Start {
  readonly scripts: JsonObject;
  readonly names: readonly string[];
  readonly development: ReadonlySet<string>;
  readonly production: ReadonlySet<string>;
  readonly dependencies: JsonObject;
  readonly sourcePaths: readonly string[];
  /** Texts of the configuration files that the build sends; undefined where not all are seen. */
  readonly configurations: readonly string[] | undefined;
  readonly scriptText: (word: string) => string | undefined;
}

/**
 * Programs of `dependencies` that serve what was built, or files, and load nothing of the project but its configuration. Any other may run what no
 * word of the start names, as task runners do (nps, gulp, npm-run-all), or load plugins that its settings name (node-red, verdaccio, n8n, json-server).
 */
const servers = /^(?:next|serve|http-server|remix-serve|react-router-serve|static-server|sirv)$/;

const wrappers = /^(?:exec|tini|dumb-init|cross-env|--|-g)$/;
const harmless = /^(?:echo|export|set|sleep|mkdir|true|:|test|\[)$/;

/**
 * Whether the container starts with what `dependencies` bring. It does where node runs a file, or a program of theirs; it does not where a
 * word of the start, of a script of package.json or of a copied shell script names a development dependency or a program of one.
 */
export function startsWithout(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  application: Application,
  names: readonly string[],
): Assumption {
  const statement = 'The container starts without a development dependency.';
  const manifest = parseJsonObject(application.manifests.get('package.json')?.text ?? '') ?? {};
  const lock = parseJsonObject(
    (application.manifests.get('package-lock.json') ?? application.manifests.get('npm-shrinkwrap.json'))?.text ?? '',
  );
  const dependencies = jsonObjectOf(manifest.dependencies);
  const development = developmentPrograms(names, lock);
  const start: Start = {
    scripts: jsonObjectOf(manifest.scripts),
    names: names.filter((name) => !name.startsWith('@types/')),
    development,
    production: productionPrograms(dependencies, development, lock),
    dependencies,
    sourcePaths: application.sourcePaths,
    configurations: configurationsOf(project, dockerfile),
    scriptText: (word) => copiedScriptText(project, dockerfile, stage, word),
  };
  const words = wordsOfStart(stage);
  const options = nodeOptions(dockerfile, stage);
  if (namesOne(start, [...words, options ?? ''])) return { statement, state: 'fails' };
  const given = buildsOf(project, dockerfile).some(({ runBy }) =>
    runBy.some((use) =>
      use.kind === 'service'
        ? use.service.command !== undefined || use.service.entrypoint !== undefined
        : use.container.command !== undefined || use.container.args !== undefined,
    ),
  );
  const state = stateOf(start, words, new Set());
  if (state === 'holds' && !given && !loads.test(options ?? '')) return { statement, state };
  const question = given
    ? 'Does the command that a manifest or a Compose file gives the container need a package of devDependencies?'
    : 'Does what ENTRYPOINT and CMD start, with the scripts and programs that it calls, need a package of devDependencies?';
  return { statement, state: state === 'fails' ? state : 'unknown', question };
}

const loads = /(?:^|\s)(?:-r|--(?:require|import|loader|experimental-loader))\b|\$/;

function nodeOptions(dockerfile: Dockerfile, stage: Stage): string | undefined {
  const last = lastInstruction(stage, 'CMD') ?? lastInstruction(stage, 'ENTRYPOINT');
  const scope = last && environmentAt(dockerfile, last);
  return scope?.has('NODE_OPTIONS') ? (scope.get('NODE_OPTIONS') ?? '$') : undefined;
}

/** As the engine puts ENTRYPOINT and CMD together; the shell form is the text that `sh -c` gets. */
function wordsOfStart(stage: Stage): readonly string[] {
  const entrypoint = lastInstruction(stage, 'ENTRYPOINT')?.command;
  const command = lastInstruction(stage, 'CMD')?.command;
  const first = entrypoint ? wordsOf(entrypoint) : [];
  return entrypoint?.form === 'shell' || command === undefined ? first : [...first, ...wordsOf(command)];
}

function wordsOf(form: CommandForm): readonly string[] {
  return form.form === 'exec' ? form.words.map(({ value }) => value) : ['sh', '-c', form.command.text];
}

/** Every word counts, whatever it means: of the start, of the scripts of package.json that it may run, and of copied shell scripts. */
function namesOne({ scripts, names, development, scriptText }: Start, first: readonly string[]): boolean {
  const seen = new Set<string>();
  const follow = (text: string): boolean => {
    if (names.includes('webpack-dev-server') && /\bwebpack\s+serve\b/.test(text)) return true;
    return text.split(/[\s;&|"'`=,()]+/).some((written) => {
      const word = written.replace(/^.*node_modules\/(?:\.bin\/)?/, '').replace(/(.)@[\w.^~-]+$/, '$1');
      if (development.has(word) || names.some((name) => word === name || word.startsWith(`${name}/`))) return true;
      return [word, `pre${word}`, `post${word}`].some((name) => {
        if (seen.has(name)) return false;
        seen.add(name);
        const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
        if (typeof script === 'string' && follow(script)) return true;
        const text = isShellScript(name) ? scriptText(name) : undefined;
        return text !== undefined && follow(text);
      });
    });
  };
  return follow(first.join(' '));
}

function isShellScript(word: string): boolean {
  return /\.(?:ba)?sh$/.test(word) || (word.includes('/') && !/\.\w+$/.test(word));
}

/** Of one simple command: `holds` only for what is known to need nothing else. */
function stateOf(start: Start, words: readonly string[], running: Set<string>): AssumptionState {
  const at = words.findIndex((word) => !wrappers.test(baseName(word)) && !/^\w+=/.test(word));
  const [word = '', ...rest] = at < 0 ? [] : words.slice(at);
  if (at < 0 || words.slice(0, at).some((each) => each.startsWith('NODE_OPTIONS='))) return 'unknown';
  if (words.slice(0, at).includes('cross-env') && !start.production.has('cross-env')) return 'unknown';
  const program = baseName(word);
  if (program === 'node') return ofNode(start, rest);
  if (harmless.test(word)) return 'holds';
  if (/^(?:ba|da|a)?sh$/.test(program))
    return rest[0] === '-c' && rest[1] !== undefined ? ofScript(start, rest[1], running) : 'unknown';
  if (/^(?:npm|yarn|pnpm)$/.test(word)) return ofManager(start, word, rest, running);
  if (word === 'npx') return ofProgram(start, rest[0] ?? '', rest.slice(1));
  return ofProgram(start, word.replace(/^(?:\.\/)?node_modules\/\.bin\//, ''), rest);
}

function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

function ofNode({ dependencies, sourcePaths }: Start, words: readonly string[]): AssumptionState {
  for (const [at, word] of words.entries()) {
    const [, joined] = /^--(?:require|import)=(.*)$/.exec(word) ?? [];
    const loaded = joined ?? (/^(?:-r|--require|--import)$/.test(words[at - 1] ?? '') ? word : undefined);
    const name = loaded && /^(?:@[^/]+\/)?[^/]+/.exec(loaded)?.[0];
    if (loaded !== undefined) {
      if (loaded.startsWith('.') || (name !== undefined && Object.hasOwn(dependencies, name))) continue;
      return 'unknown';
    }
    if (/^(?:-r|--require|--import)$/.test(word)) continue;
    if (/^--(?!loader|experimental-loader|eval|print|check|test|run\b)[\w-]+(?:=[\w.:/-]+)?$/.test(word)) continue;
    if (word.startsWith('-') || /\$|node_modules/.test(word)) return 'unknown';
    const path = word.replace(/^(?:\.\/)+/, '').replace(/\/$/, '');
    const isFile =
      word === '.' ||
      /\.[cm]?[jt]s$/.test(path) ||
      sourcePaths.some((each) => /\.[cm]?js$/.test(each) && moduleOf(each).endsWith(path));
    return isFile ? 'holds' : 'unknown';
  }
  return 'unknown';
}

function moduleOf(path: string): string {
  return `/${path}`.replace(/(?:\/index)?\.[cm]?js$/, '');
}

/** A script of package.json, with what runs before and behind it. */
function ofManager(start: Start, manager: string, words: readonly string[], running: Set<string>): AssumptionState {
  // The scripts of another directory or package of the workspace are not the ones that are read.
  if (words.some((word) => /^(?:--(?:prefix|filter|workspaces?|dir|cwd)|-[CFw])(?:=|$)/.test(word))) return 'unknown';
  const [subcommand = '', next = '', ...behind] = words.filter((word) => !/^(?:-s|--silent|--quiet)$/.test(word));
  if (/^(?:exec|x)$/.test(subcommand)) return ofProgram(start, next, behind);
  const runs = /^run(?:-script)?$/.test(subcommand);
  const name = runs ? next : subcommand;
  if (manager === 'npm' && !runs && name !== 'start') return 'unknown';
  if (running.has(name)) return 'unknown';
  running.add(name);
  const script = Object.hasOwn(start.scripts, name) ? start.scripts[name] : undefined;
  if (typeof script !== 'string') {
    if (manager === 'npm') return name === 'start' ? 'holds' : 'unknown';
    return ofProgram(start, name, runs ? behind : [next, ...behind]);
  }
  const around = [`pre${name}`, `post${name}`].flatMap((each) => {
    const text = Object.hasOwn(start.scripts, each) ? start.scripts[each] : undefined;
    return typeof text === 'string' ? [text] : [];
  });
  return worst([script, ...around].map((text) => ofScript(start, text, running)));
}

function ofScript(start: Start, text: string, running: Set<string>): AssumptionState {
  if (/\$\(|`|[<>(){}]/.test(text)) return 'unknown';
  const commands = text.split(/&&|\|\||[;|&\n]/).map((command) => command.trim());
  return worst(
    commands
      .filter((command) => command !== '')
      .map((command) =>
        stateOf(
          start,
          command.split(/\s+/).map((word) => word.replace(/^(["'])(.*)\1$/, '$2')),
          new Set(running),
        ),
      ),
  );
}

/** A program of `node_modules/.bin`. `next` alone, `next dev` and `next build` compile the sources. */
function ofProgram(start: Start, word: string, [first]: readonly string[]): AssumptionState {
  if (!start.production.has(word) || !servers.test(word) || (word === 'next' && first !== 'start')) return 'unknown';
  return isConfiguredWithout(start) ? 'holds' : 'unknown';
}

/** What is configured in TypeScript may need a compiler to be read, and a file that a configuration loads is not looked into. */
function isConfiguredWithout({ sourcePaths, configurations, names }: Start): boolean {
  if (configurations === undefined || sourcePaths.some((path) => configurationName.test(path))) return false;
  if (names.length === 0) return true;
  const form = namesPackage(names);
  return !configurations.some((text) => form.test(text) || loadsFile.test(text));
}

const configurationName = /\.config\.[cm]?[jt]s$/;
const loadsFile = /\b(?:from|import)\s*["'`]\.|\b(?:require|import)(?:\.resolve)?\s*\(\s*(?!["'][^."'])/;

function configurationsOf(project: Project, dockerfile: Dockerfile): readonly string[] | undefined {
  const files = contextFiles(project, dockerfile, '');
  const paths = files?.paths.filter((path) => /\.config\.\w+$/.test(path) && !/(?:^|\/)node_modules\//.test(path));
  if (files === undefined || paths === undefined || paths.some((path) => /\.[cm]?ts$/.test(path))) return undefined;
  const texts = paths.flatMap((path) => files.read(path) ?? []);
  return texts.length === paths.length ? texts : undefined;
}

function worst(states: readonly AssumptionState[]): AssumptionState {
  if (states.includes('fails')) return 'fails';
  return states.length === 0 || states.includes('unknown') ? 'unknown' : 'holds';
}
