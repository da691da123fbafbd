import type { CommandLine } from '../../core/command-line.ts';
import type { Fix } from '../../core/fix.ts';
import { parseJsonObject, textFieldsOf } from '../../core/json-object.ts';
import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { parseScriptFile } from '../../dockerfile/parse-script.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import type { Token } from '../../dockerfile/syntax.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { buildsOf, type Project, shippedStages } from '../../project/project.ts';
import { isBuiltHere, rebuilders } from '../../project/rebuilds-on-change.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { expandedValue, imageInstructions, lastInstruction } from '../../project/stage-facts.ts';

const on = /^(?:1|true|yes|on)$/i;
const development = /^(?:dev|develop|development|local|debug)$/i;

/** Variables that switch a framework into a mode for developers. */
const switches: Readonly<Record<string, RegExp>> = {
  NODE_ENV: development,
  FLASK_DEBUG: on,
  FLASK_ENV: development,
  DJANGO_DEBUG: on,
  RAILS_ENV: development,
  RACK_ENV: development,
  APP_DEBUG: on,
  SYMFONY_ENV: development,
  ASPNETCORE_ENVIRONMENT: development,
  DOTNET_ENVIRONMENT: development,
  GIN_MODE: /^debug$/,
  MIX_ENV: /^dev$/,
  WERKZEUG_DEBUG_PIN: /^off$/,
};

/** Programs and options that start a server for developers. */
const servers: readonly { readonly program: RegExp; readonly argument?: RegExp; readonly what: string }[] = [
  { program: /^nodemon$/, what: 'nodemon' },
  { program: /^flask$/, argument: /^--debug$/, what: 'Flask with its debugger' },
  {
    program: /^(?:uvicorn|hypercorn|gunicorn)$/,
    argument: /^--reload$/,
    what: 'a server that reloads when a source changes',
  },
  {
    program: /^(?:python[\d.]*|manage\.py|django-admin)$/,
    argument: /^runserver$/,
    what: "Django's development server",
  },
  { program: /^php$/, argument: /^(?:artisan|bin\/console)$/, what: "PHP's built-in server" },
  { program: rebuilders, what: 'a program that rebuilds when a source changes' },
  { program: /^dotnet$/, argument: /^watch$/, what: 'dotnet watch' },
  { program: /^cargo$/, argument: /^watch$/, what: 'cargo watch' },
  { program: /^react-scripts$/, argument: /^start$/, what: "Create React App's development server" },
  { program: /^vue-cli-service$/, argument: /^serve$/, what: "Vue CLI's development server" },
  { program: /^ng$/, argument: /^s(?:erve)?$/, what: "Angular's development server" },
  { program: /^(?:next|nuxt|nuxi|astro|remix)$/, argument: /^dev$/, what: 'a development server' },
  { program: /^gatsby$/, argument: /^develop$/, what: "Gatsby's development server" },
  { program: /^webpack$/, argument: /^serve$/, what: "webpack's development server" },
  { program: /^(?:webpack-dev-server|ts-node-dev|tsnd)$/, what: 'a development server' },
  { program: /^nest$/, argument: /^--watch$/, what: 'a program that rebuilds when a source changes' },
];

/** Vite without a word, or with `dev` or `serve`, serves the sources; `vite preview` and `vite --mode staging build` do not. */
const otherVite = /^(?:build|preview|optimize)$/;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'image that runs in development mode',
  why: 'Debug modes are slow, say more than strangers should read, and some let whoever reaches them run code.',
  remedy: 'Set production values in the image, and development ones where developers start it.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      if (/dev|debug|test|local/.test(stage.name ?? '') || /dev|debug|test|local/i.test(nameOf(dockerfile))) continue;
      for (const { range, message, fix } of [
        ...setVariables(dockerfile, stage),
        ...startedServers(project, dockerfile, stage),
      ])
        report({ at: range, message, ...(fix && { fix }) });
    }
  },
});

function nameOf({ path }: Dockerfile): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

interface Found {
  readonly range: SourceRange;
  readonly message: string;
  readonly fix?: Fix | undefined;
}

/** What each variable is in production. */
const production: Readonly<Record<string, string>> = {
  NODE_ENV: 'production',
  FLASK_DEBUG: '0',
  FLASK_ENV: 'production',
  DJANGO_DEBUG: 'False',
  RAILS_ENV: 'production',
  RACK_ENV: 'production',
  APP_DEBUG: 'false',
  SYMFONY_ENV: 'prod',
  ASPNETCORE_ENVIRONMENT: 'Production',
  DOTNET_ENVIRONMENT: 'Production',
  GIN_MODE: 'release',
  MIX_ENV: 'prod',
};

function inProduction(dockerfile: Dockerfile, name: string, { range }: Token, text: string): Fix | undefined {
  const value = Object.hasOwn(production, name) ? production[name] : undefined;
  if (value === undefined || dockerfile.text.slice(range.start, range.end) !== text) return undefined;
  return {
    title: `Set ${name}=${value}`,
    changes: { edits: [replace(dockerfile, range, value)] },
    assumptions: [
      {
        statement: 'The image is meant for production, and can be built and run in that mode.',
        state: 'unknown',
        question: `Is the image meant for production? With ${name}=${value}, steps after it may install fewer packages, and the program may want settings that it does without today.`,
      },
    ],
  };
}

/** The last value of each variable counts. */
function setVariables(dockerfile: Dockerfile, stage: Stage): Found[] {
  const last = new Map<string, Found | undefined>();
  for (const instruction of imageInstructions(stage)) {
    if (instruction.name !== 'ENV') continue;
    for (const { key, value, range } of instruction.pairs) {
      const pattern = Object.hasOwn(switches, key.value) ? switches[key.value] : undefined;
      if (pattern === undefined || value === undefined) continue;
      // What a build argument decides is not decided here.
      const text = value.value.includes('$') ? undefined : expandedValue(dockerfile, instruction, value);
      const message = `${key.value}=${text} switches the image to development mode.`;
      const isOn = text !== undefined && pattern.test(text);
      last.set(key.value, isOn ? { range, message, fix: inProduction(dockerfile, key.value, value, text) } : undefined);
    }
  }
  return [...last.values()].flatMap((found) => found ?? []);
}

function startedServers(project: Project, dockerfile: Dockerfile, stage: Stage): Found[] {
  const result: Found[] = [];
  for (const name of ['ENTRYPOINT', 'CMD'] as const) {
    const instruction = lastInstruction(stage, name);
    if (instruction === undefined) continue;
    const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
    for (const command of certain(dockerfile.script(instruction)?.commands ?? [], text)) {
      if (isBuiltHere(dockerfile, command.name)) continue;
      const what = developmentServer(command);
      if (what !== undefined) result.push({ range: command.range, message: `${name} starts ${what}.` });
      const script = packageScript(project, dockerfile, command);
      const [inside] = script
        ? certain(parseScriptFile(script.text).commands, script.text).flatMap((each) => developmentServer(each) ?? [])
        : [];
      if (script !== undefined && inside !== undefined)
        result.push({
          range: command.range,
          message: `${name} starts ${inside}, by the script ${script.name} of ${script.path}.`,
        });
    }
  }
  return result;
}

/** What makes a condition and is no command, or a group behind one. */
const condition = /\[\[|(?<!\$)\(\(|\|\|\s*[({]/;

/** Without those of which a condition decides whether they run: an `if`, a test, and all of a list with `||`. */
function certain(commands: readonly ShellCommand[], text: string): readonly ShellCommand[] {
  if (condition.test(text)) return [];
  const chosen = new Set(
    commands.flatMap(({ name, list, place }) => (place.after === '||' || /^(?:\[|test)$/.test(name) ? list : [])),
  );
  const unsure = new Set(['branch', 'condition', ...(chosen.size > 0 ? ['group', 'subshell', 'nested-shell'] : [])]);
  return commands.filter(({ list, place }) => !chosen.has(list) && !place.inside.some((each) => unsure.has(each)));
}

/** Start the program that their first word names which is neither an option nor a variable. */
const starters = /^(?:npx|pnpx|bunx|cross-env)$/;
/** Options of those, and of package managers, behind which no value of theirs stands. */
const alone = /=|^-[dqsy]$|^--(?:yes|quiet|silent|verbose|if-present|bun|no(?:-[\w-]+)?)$/;

function developmentServer(command: CommandLine): string | undefined {
  const words = command.arguments.map(({ value }) => value);
  const wrapped = starters.test(command.name) ? words.findIndex((word) => !/^-|^\w+=/.test(word)) : -1;
  // The word may be an option's value: `npx -p vite node server.js`.
  if (!words.slice(0, Math.max(wrapped, 0)).every((word) => alone.test(word))) return undefined;
  const name = wrapped === -1 ? command.name : (words[wrapped] ?? '').replace(/(?!^)@.*$/, '');
  const own = words.slice(wrapped + 1);
  if (name === 'vite' && !own.some((word) => otherVite.test(word))) return "Vite's development server";
  return servers.find(
    ({ program, argument }) =>
      program.test(name) &&
      (argument === undefined || own.some((word, at) => argument.test(word) && !isValue(own, at))) &&
      (name !== 'php' || own.some((word) => /^(?:serve|server:(?:run|start))$/.test(word))),
  )?.what;
}

/** It may belong to the option before it: `webpack --config serve`. */
function isValue(words: readonly string[], at: number): boolean {
  return !words[at]?.startsWith('-') && /^-[^=]*$/.test(words[at - 1] ?? '');
}

/** What `npm start` and `yarn run serve` run, where the build has one package.json and they name a script of it. */
function packageScript(project: Project, dockerfile: Dockerfile, command: CommandLine) {
  const words = command.arguments.map(({ value }) => value);
  if (
    !/^(?:npm|yarn|pnpm|bun)$/.test(command.name) ||
    words.some((word) => /^(?:--prefix|--cwd|--dir|-C)\b/.test(word))
  )
    return undefined;
  const at = words.findIndex((word) => !word.startsWith('-') && word !== 'run');
  const name = words[at];
  // The word may be an option's value: `pnpm --filter web dev`.
  if (!words.slice(0, Math.max(at, 0)).every((word) => word === 'run' || alone.test(word))) return undefined;
  const manifests = new Set(
    buildsOf(project, dockerfile)
      .flatMap((build) => applicationsOf(project, build))
      .flatMap((application) => application.manifests.get('package.json') ?? []),
  );
  const [manifest] = manifests;
  if (name === undefined || manifest === undefined || manifests.size > 1) return undefined;
  const text = textFieldsOf(parseJsonObject(manifest.text)?.scripts).get(name);
  return text === undefined || text.length > 1000 ? undefined : { name, path: manifest.path, text };
}
