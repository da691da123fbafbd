import type { CommandLine, CommandWord } from '../../core/command-line.ts';
import type { Fix } from '../../core/fix.ts';
import { parseJsonObject, textFieldsOf } from '../../core/json-object.ts';
import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { parseScriptFile } from '../../dockerfile/parse-script.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import type { Token } from '../../dockerfile/syntax.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { copiedFiles } from '../../project/copied-files.ts';
import { alone, certainCommands, developmentServer } from '../../project/development-server.ts';
import { buildsOf, type Project, shippedStages } from '../../project/project.ts';
import { isBuiltHere } from '../../project/rebuilds-on-change.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { expandedValue, imageInstructions, lastInstruction, workingDirectory } from '../../project/stage-facts.ts';
import { contextFiles } from '../../repairs/context-files.ts';

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
        ...loadedVariables(project, dockerfile, stage),
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
    for (const command of certainCommands(dockerfile.script(instruction)?.commands ?? [], text)) {
      if (isBuiltHere(dockerfile, command.name)) continue;
      const { range } = command;
      result.push(
        ...serversOf(project, dockerfile, command).map((what) => ({ range, message: `${name} starts ${what}.` })),
      );
    }
  }
  const both = result.length === 0 ? oneOfBoth(dockerfile, stage) : undefined;
  if (both === undefined || isBuiltHere(dockerfile, both.name)) return result;
  const { range } = both;
  return serversOf(project, dockerfile, both).map((what) => ({
    range,
    message: `ENTRYPOINT with CMD starts ${what}.`,
  }));
}

/**
 * `flask` loads `.flaskenv` where python-dotenv is installed, and what the image or whoever starts it sets goes before.
 * https://flask.palletsprojects.com/en/stable/cli/#environment-variables-from-dotenv
 */
function loadedVariables(project: Project, dockerfile: Dockerfile, stage: Stage): Found[] {
  const cmd = lastInstruction(stage, 'CMD') ?? lastInstruction(stage, 'ENTRYPOINT');
  const script = cmd && dockerfile.script(cmd);
  const flask = script?.commands.find(({ name, arguments: words }) => name === 'flask' && words[0]?.value === 'run');
  const files = flask && contextFiles(project, dockerfile, '');
  if (flask === undefined || !files?.paths.includes('.flaskenv')) return [];
  const directory = cmd && workingDirectory(dockerfile, stage, cmd).path;
  const isCopied = copiedFiles(dockerfile, stage).some(
    ({ instruction, destination }) =>
      instruction.name === 'COPY' &&
      instruction.from === undefined &&
      instruction.excludes.length === 0 &&
      destination === directory &&
      instruction.sources.some(({ value }) => /^(?:\.\/?|(?:\.\/)?\.flaskenv)$/.test(value)),
  );
  const brings = files.paths.some(
    (path) =>
      /^(?:requirements[^/]*\.txt|pyproject\.toml|Pipfile)$/.test(path) &&
      /\bpython-dotenv\b/.test(files.read(path) ?? ''),
  );
  if (!isCopied || !brings) return [];
  const set = new Set(
    imageInstructions(stage).flatMap((each) => (each.name === 'ENV' ? each.pairs.map(({ key }) => key.value) : [])),
  );
  const lines = (files.read('.flaskenv') ?? '').matchAll(
    /^(?:export[ \t]+)?(FLASK_(?:DEBUG|ENV))[ \t]*=[ \t]*["']?(\w+)["']?[ \t\r]*$/gm,
  );
  return [...lines]
    .filter(([, name = '', value = '']) => switches[name]?.test(value) === true && !set.has(name))
    .slice(0, 1)
    .map(([, name, value]) => ({
      range: flask.range,
      message: `${name}=${value} of .flaskenv, which the image gets, switches flask to development mode.`,
    }));
}

/** What an ENTRYPOINT starts that CMD gives words to: `ENTRYPOINT ["npm"]`, `CMD ["start"]`. The place is that of the CMD. */
function oneOfBoth(dockerfile: Dockerfile, stage: Stage): Started | undefined {
  const entrypoint = lastInstruction(stage, 'ENTRYPOINT');
  const cmd = lastInstruction(stage, 'CMD');
  if (entrypoint?.command.form !== 'exec' || cmd?.command.form !== 'exec') return undefined;
  const [start, ...others] = dockerfile.script(entrypoint)?.commands ?? [];
  if (start === undefined || others.length > 0) return undefined;
  const words = cmd.command.words.map(({ value, range }) => ({ value, range }));
  return { name: start.name, arguments: [...start.arguments, ...words], range: cmd.range };
}

type Started = Pick<CommandLine, 'name' | 'range'> & {
  readonly arguments: readonly Pick<CommandWord, 'value' | 'range'>[];
};

/** What of it serves developers: the command itself, and the first of the script of a package.json that it runs. */
function serversOf(project: Project, dockerfile: Dockerfile, command: Started): readonly string[] {
  const own = developmentServer(command);
  const inside = serverInScript(project, dockerfile, command, new Set());
  return [...(own === undefined ? [] : [own]), ...(inside === undefined ? [] : [inside])];
}

/** Scripts run each other: `"start": "npm run serve"`. Each is looked into once. */
function serverInScript(
  project: Project,
  dockerfile: Dockerfile,
  command: Started,
  seen: Set<string>,
): string | undefined {
  const script = packageScript(project, dockerfile, command);
  if (script === undefined || seen.has(script.name)) return undefined;
  seen.add(script.name);
  const commands = certainCommands(parseScriptFile(script.text).commands, script.text);
  // Elsewhere another package.json counts.
  const staysHere = !commands.some(({ name }) => name === 'cd' || name === 'pushd');
  for (const each of commands) {
    const what = developmentServer(each);
    if (what !== undefined) return `${what}, by the script ${script.name} of ${script.path}`;
    const further = staysHere ? serverInScript(project, dockerfile, each, seen) : undefined;
    if (further !== undefined) return further;
  }
  return undefined;
}

/** What `npm start` and `yarn run serve` run, where the build has one package.json and they name a script of it. */
function packageScript(project: Project, dockerfile: Dockerfile, command: Started) {
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
