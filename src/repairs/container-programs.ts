import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { parseScriptFile } from '../dockerfile/parse-script.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { ComposeService } from '../kubernetes/compose.ts';
import type { Container } from '../kubernetes/workload.ts';
import { at, isNull, itemsAt, scalarsAt, type YamlNode, type YamlScalar } from '../kubernetes/yaml-node.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { sameServices } from '../project/same-service.ts';
import { lastInstruction } from '../project/stage-facts.ts';

/** A program that a manifest has run in a container, beside what the image itself says. */
export interface ContainerProgram {
  readonly name: string;
  /** The word that names it, and its arguments: `/src/worker.sh`. */
  readonly words: readonly string[];
  /** The manifest, relative to the project's root. */
  readonly path: string;
  /** It takes the place of CMD, so that it may be a mere word for an ENTRYPOINT: that of the image, or the manifest's own. */
  readonly mayBeWord: boolean;
}

const shell = /^(?:ba|da|a|z|k)?sh$/;

type Named = Omit<ContainerProgram, 'path'>;
type Started = Pick<ContainerProgram, 'name' | 'words'>;

/** What Compose and Kubernetes have run in the containers of a stage: as command, as health check or probe, as hook. */
export function programsOfContainers(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
): readonly ContainerProgram[] {
  const hasEntrypoint = lastInstruction(stage, 'ENTRYPOINT') !== undefined;
  return buildsOf(project, dockerfile)
    .filter((build) => build.stage === stage)
    .flatMap(({ runBy }) => runBy)
    .flatMap((use) =>
      use.kind === 'container'
        ? namesOfContainer(use.container, hasEntrypoint).map((named) => ({ ...named, path: use.workload.object.path }))
        : sameServices(project, use).flatMap(({ file, service }) =>
            namesOfService(service, hasEntrypoint).map((named) => ({ ...named, path: file.path })),
          ),
    );
}

/** https://docs.docker.com/reference/compose-file/services/#entrypoint: one that is empty takes that of the image away, null leaves it. */
function namesOfService(
  { entrypoint, command, healthcheck, node }: ComposeService,
  imageHasEntrypoint: boolean,
): readonly Named[] {
  const own = ofCommand(entrypoint);
  const isOfImage = entrypoint === undefined || isNull(entrypoint);
  // https://docs.docker.com/reference/compose-file/services/#post_start
  const hooks = ['post_start', 'pre_stop'].flatMap((hook) => itemsAt(node, hook));
  return [
    ...programs(hooks.flatMap((hook) => ofCommand(at(hook, 'command')))),
    ...programs(own),
    ...programs(ofBoth(scalarsAt(entrypoint), scalarsAt(command))),
    ...programs(ofCommand(command), isOfImage ? imageHasEntrypoint : own.length > 0),
    ...programs(healthcheck === undefined || healthcheck.disabled ? [] : ofHealthcheck(healthcheck.test)),
  ];
}

function namesOfContainer(container: Container, imageHasEntrypoint: boolean): readonly Named[] {
  const hooks = ['postStart', 'preStop'].map((hook) => scalarsAt(container.lifecycle, hook, 'exec', 'command'));
  const own = ofWords(container.command);
  const probes = [container.livenessProbe, container.readinessProbe, container.startupProbe];
  return [
    ...programs(ofWords(container.args), imageHasEntrypoint || own.length > 0),
    ...programs(own),
    ...programs(ofBoth(container.command, container.args)),
    ...programs([...probes.map((probe) => probe?.command), ...hooks].flatMap((words) => ofWords(words))),
  ];
}

function programs(started: readonly Started[], mayBeWord = false): readonly Named[] {
  return started.map((each) => ({ ...each, mayBeWord: mayBeWord && !shell.test(each.name) }));
}

/** https://docs.docker.com/reference/compose-file/services/#healthcheck: a text for a shell, or `CMD` and words, or `CMD-SHELL` and a text. */
function ofHealthcheck(test: YamlNode | undefined): readonly Started[] {
  const shell = { name: 'sh', words: ['/bin/sh'] };
  if (test?.kind === 'scalar') return [shell, ...ofScript(test.text)];
  const [form, ...words] = scalarsAt(test);
  return form?.text === 'CMD-SHELL' ? [shell, ...ofScript(words[0]?.text ?? '')] : ofWords(words);
}

function ofCommand(node: YamlNode | undefined): readonly Started[] {
  if (isNull(node)) return [];
  return node?.kind === 'scalar' ? ofScript(node.text) : ofWords(scalarsAt(node));
}

/** The commands of a script, what is inside of `sh -c` and behind `timeout` too, and such wrappers themselves. */
function ofScript(text: string): readonly Started[] {
  return parseScriptFile(text).commands.flatMap(({ name, nameWord, wrapperWords, arguments: others }) => [
    ...wrapperWords.map(({ value }) => ({ name: value.slice(value.lastIndexOf('/') + 1), words: [value] })),
    { name, words: [nameWord, ...others].map(({ value }) => value) },
  ]);
}

/** The same for the words of an array. */
function ofWords(words: readonly YamlScalar[] = []): readonly Started[] {
  if (words[0] === undefined || words[0].text.startsWith('-')) return [];
  return ofScript(words.map(({ text }) => `'${text.replaceAll("'", "'\\''")}'`).join(' '));
}

/** What a shell, or a program such as timeout, is given by words of their own: `command: [sh, -c]` with `args: [curl x]`. */
function ofBoth(command: readonly YamlScalar[] = [], args: readonly YamlScalar[] = []): readonly Started[] {
  return command.length === 0 || args.length === 0 ? [] : ofWords([...command, ...args]);
}
