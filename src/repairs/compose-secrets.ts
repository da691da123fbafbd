import { enumerate } from '../core/enumerate.ts';
import type { Fix } from '../core/fix.ts';
import { variableReference } from '../core/variable-reference.ts';
import type { ComposeFile, ComposeService } from '../kubernetes/compose.ts';
import { mayBeStack } from '../kubernetes/compose-stack.ts';
import { addItems, type Place } from '../kubernetes/edit-yaml.ts';
import { at, isNull, type YamlMap, type YamlNode, type YamlScalar } from '../kubernetes/yaml-node.ts';
import type { Project } from '../project/project.ts';
import { keepSecretOut } from './keep-secret-out.ts';
import {
  asks,
  type Edits,
  fileOf,
  holds,
  manifestFix,
  removeIn,
  removeItemsIn,
  replaceIn,
  setIn,
  together,
} from './manifest-edits.ts';
import { showsValue } from './movable-variable.ts';

/**
 * Moves variables of a service into a file that git ignores and `env_file` names: the container has them as it had. Undefined where one of them
 * is shared or put together, where its value cannot be written so that every Compose reads it alike, and for a service that is laid over
 * another one.
 */
export function composeToEnvFile(
  project: Project,
  file: ComposeFile,
  service: ComposeService,
  names: readonly string[],
): Fix | undefined {
  const { readFile } = project;
  const variables = variablesOf(at(service.node, 'environment'));
  const values = new Map(names.map((name) => [name, lineOf(project, variables, name)]));
  if (!readFile || service.partial || !/^[\w.-]+$/.test(service.name)) return undefined;
  const lines = [...values.values()].flatMap((line) => line ?? []);
  const quoted = lines.some((line) => line.endsWith("'"));
  // `docker stack` keeps the quotes: they would be part of the password.
  if (lines.length !== names.length || (quoted && isStack(project, file))) return undefined;
  const directory = directoryOf(file);
  const exists = (each: string) => project.artifacts.has(directory + each) || readFile(directory + each) !== undefined;
  const owned = namesFor(project, file, service).find((stem) => !envFilesOf(stem).some(exists));
  if (owned === undefined) return undefined;
  const [name, template] = envFilesOf(owned);
  const path = directory + name;
  const edits = together([withoutVariables(project, service, names), withEnvFile(project, service, name)]);
  if (!edits) return undefined;
  const hidden = keepSecretOut(project, path, '*.local.env', 'Variables with secrets');
  const head = `# Variables of the service ${service.name}${owned === service.name ? '' : ` of ${file.path.slice(directory.length)}`}.`;
  return manifestFix(
    `Move ${enumerate(names)} of ${service.name} into ${name}, which is not committed`,
    [...edits, ...hidden.edits],
    [
      holds(`git ignores ${path}, and builds leave it out.`),
      holds('The container has the variables that it had: what stands last in env_file goes before the other files.'),
      asks(
        `Every machine that starts ${service.name} has ${path}.`,
        `Does everyone who starts ${service.name}, and every job of CI that does, get ${path}? Compose stops without it, and tells so; ${template} shows what belongs into it.`,
      ),
      asks(
        'What was written in the file opens nothing any more.',
        `It stays in the history of git: is it changed where it is valid, and the new value put into ${path}?`,
      ),
      ...(quoted
        ? [
            asks(
              `Compose reads ${path}, which takes the quotes off.`,
              `Is ${file.path} read by Compose 2 alone? docker stack and old versions of Compose 1 keep the quotes that ${path} has around a value, as a part of it.`,
            ),
          ]
        : []),
      ...hidden.assumptions,
    ],
    [
      { path, text: `${head} Not committed: .gitignore leaves this file out.\n${lines.join('\n')}\n`, secret: true },
      {
        path: directory + template,
        text: `${head} Copy this to ${name}, which .gitignore leaves out, and fill it in.\n${names.map((each) => `${each}=\n`).join('')}`,
      },
      ...hidden.newFiles,
    ],
  );
}

/** The file with the values and the one that shows what belongs into it. */
function envFilesOf(stem: string): readonly [string, string] {
  return [`${stem}.local.env`, `${stem}.env.template`];
}

/** What the files of a service may be called: with the name of its Compose file where another one beside it has a service of the name in that file. */
function namesFor({ composeFiles }: Project, file: ComposeFile, { name }: ComposeService): readonly string[] {
  const [taken] = envFilesOf(name);
  const isTaken = composeFiles.some(
    (each) =>
      each !== file &&
      directoryOf(each) === directoryOf(file) &&
      each.services.some(({ envFiles }) => envFiles.some(({ text }) => text.replace(/^\.\//, '') === taken)),
  );
  const stem = file.path.slice(directoryOf(file).length).replace(/\.ya?ml$/, '');
  return isTaken && /^[\w.-]+$/.test(stem) ? [name, `${name}.${stem}`] : [name];
}

function directoryOf({ path }: ComposeFile): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The file, or one beside it that it may be laid over. */
function isStack({ composeFiles }: Project, file: ComposeFile): boolean {
  return composeFiles.some((each) => directoryOf(each) === directoryOf(file) && mayBeStack(each));
}

/** A variable that the service itself writes, or an argument of its build. */
interface OwnVariable {
  readonly name: string;
  readonly value: string;
  readonly scalar: YamlScalar;
  /** The item of a list. */
  readonly item?: YamlNode;
}

function variablesOf(node: YamlNode | undefined): readonly OwnVariable[] {
  if (node?.kind === 'map')
    return node.entries.flatMap(({ key, value }) =>
      value.kind === 'scalar' ? [{ name: key.text, value: value.text, scalar: value }] : [],
    );
  if (node?.kind !== 'sequence') return [];
  return node.items.flatMap((item) => {
    if (item.kind !== 'scalar' || !item.text.includes('=')) return [];
    const equals = item.text.indexOf('=');
    return [{ name: item.text.slice(0, equals), value: item.text.slice(equals + 1), scalar: item, item }];
  });
}

/**
 * `NAME=value`: bare where nothing in it means anything, else in single quotes, which not every reader takes off. Undefined for what cannot be written
 * so, for a value of several, and where YAML makes a number of it that would be printed otherwise.
 * https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 */
function lineOf(project: Project, variables: readonly OwnVariable[], name: string): string | undefined {
  const [variable, ...others] = variables.filter((each) => each.name === name);
  if (!variable || others.length > 0 || !/^[A-Za-z_]\w*$/.test(name)) return undefined;
  const { scalar, item } = variable;
  if (showsValue(project, scalar)) return undefined;
  if (typeof scalar.value !== 'string' && !item && String(scalar.value) !== scalar.text) return undefined;
  // Compose makes `$` of `$$` in its own file.
  const value = variable.value.replaceAll('$$', '$');
  if (/[^$]\$(?:\$\$)*(?!\$)|^\$(?:\$\$)*(?!\$)/.test(variable.value)) return undefined;
  if (/^[\w.,:/@%+=~^-]+$/.test(value)) return `${name}=${value}`;
  return /['\\\n\r]/.test(value) || value === '' ? undefined : `${name}='${value}'`;
}

function withoutVariables(project: Project, { node }: ComposeService, names: readonly string[]): Edits {
  const environment = at(node, 'environment');
  if (node.kind !== 'map' || environment === undefined) return undefined;
  // What an alias brings would stay where it stands.
  if (environment.range.start < node.range.start || environment.range.end > node.range.end) return undefined;
  if (environment.kind === 'sequence')
    return removeItemsIn(
      project,
      {},
      node,
      ['environment'],
      environment.items.filter(
        (item) => item.kind === 'scalar' && names.includes(item.text.slice(0, item.text.indexOf('='))),
      ),
    );
  if (environment.kind !== 'map') return undefined;
  if (environment.entries.every(({ key }) => names.includes(key.text)))
    return removeIn(project, {}, node, 'environment');
  return together(names.map((name) => removeIn(project, {}, node, 'environment', name)));
}

/** Behind all others: what stands last wins, as `environment` did. */
function withEnvFile(project: Project, { node }: ComposeService, name: string): Edits {
  const written = at(node, 'env_file');
  if (node.kind !== 'map') return undefined;
  if (written === undefined || isNull(written))
    return setIn(project, {}, node, { env_file: [name] }, placeBeforeEnvironment(node));
  if (written.kind === 'scalar') return setIn(project, {}, node, { env_file: [written.text, name] });
  const file = written.kind === 'sequence' ? fileOf(project, {}, written) : undefined;
  return file && written.kind === 'sequence' ? addItems(file, written, [name]) : undefined;
}

/** Where the variables stood, and not behind them, where those that go may end the service. */
function placeBeforeEnvironment({ entries }: YamlMap): Place {
  const before = entries[entries.findIndex(({ key }) => key.text === 'environment') - 1];
  return before ? { after: before.key.text } : 'first';
}

/**
 * Takes arguments of a service's build from variables, with their values in a `.env` that git ignores. Undefined where there is a `.env`
 * already, or the file uses a variable of the name for something else.
 */
export function composeArgumentsToEnv(
  project: Project,
  file: ComposeFile,
  service: ComposeService,
  names: readonly string[],
): Fix | undefined {
  const { readFile } = project;
  const args = at(service.build?.node, 'args');
  const directory = directoryOf(file);
  const path = `${directory}.env`;
  const exists = (each: string) => project.artifacts.has(each) || readFile?.(each) !== undefined;
  if (!readFile || exists(path) || names.some((name) => variableReference(name).test(file.text))) return undefined;
  const variables = variablesOf(args);
  const lines = names.flatMap((name) => lineOf(project, variables, name) ?? []);
  if (lines.length !== names.length) return undefined;
  const edits = together(
    variables
      .filter(({ name }) => names.includes(name))
      .map(({ name, scalar, item }) =>
        replaceIn(project, {}, scalar, item ? `${name}=\${${name}:?}` : `\${${name}:?}`),
      ),
  );
  if (!edits) return undefined;
  const hidden = keepSecretOut(project, path, '.env', 'Variables with secrets');
  const example = `${directory}.env.example`;
  const head = `# Variables of ${file.path.slice(directory.length)}.`;
  return manifestFix(
    `Take ${enumerate(names)} of the build of ${service.name} from .env, which is not committed`,
    [...edits, ...hidden.edits],
    [
      holds(`git ignores ${path}, and builds leave it out.`),
      asks(
        `Compose reads ${path}.`,
        `Is Compose started with this file as its first and without --env-file, and does everyone who builds get ${path}, CI too? Without it Compose stops.`,
      ),
      asks(
        'What was written in the file opens nothing any more.',
        `It stays in the history of git, and in that of the images: is it changed where it is valid, and the new value put into ${path}?`,
      ),
      ...hidden.assumptions,
    ],
    [
      { path, text: `${head} Not committed: .gitignore leaves this file out.\n${lines.join('\n')}\n`, secret: true },
      ...(exists(example)
        ? []
        : [
            {
              path: example,
              text: `${head} Copy this to .env, which .gitignore leaves out, and fill it in.\n${names.map((each) => `${each}=\n`).join('')}`,
            },
          ]),
      ...hidden.newFiles,
    ],
  );
}
