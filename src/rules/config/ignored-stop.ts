import { signalName } from '../../core/signal-name.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { booleanAt, isNull, textAt } from '../../kubernetes/yaml-node.ts';
import type { Application } from '../../project/application.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { handlesTermination } from '../../project/handles-termination.ts';
import { buildsOf, type ImageUse, type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { lastInstruction } from '../../project/stage-facts.ts';
import { startedWords } from '../../project/started-commands.ts';
import { startThroughInit } from '../../repairs/start-through-init.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'The first process has no handler for the signal to stop',
  why: 'The kernel has no default for the signals of the first process of a container: without a handler SIGTERM does nothing, and the program is killed after ten seconds, in the middle of its work.',
  remedy: 'Handle SIGTERM in the program, or start it through an init such as tini.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      const start = lastInstruction(stage, 'ENTRYPOINT') ?? lastInstruction(stage, 'CMD');
      const source = start?.command.form === 'exec' ? startedSource(stage) : undefined;
      if (start === undefined || source === undefined) continue;
      const builds = buildsOf(project, dockerfile).filter((build) => build.stage === stage);
      const uses = builds.flatMap(({ runBy }) => runBy.filter(isForGood));
      if (
        uses.length === 0 ||
        uses.every((use) => hasInit(use) || startsItsOwn(use) || stopSignalOf(stage, use) !== 'SIGTERM')
      )
        continue;
      const applications = builds.flatMap((build) => applicationsOf(project, build));
      const application = applications.find(({ language }) => language === source.language);
      if (application === undefined || !isPlainServer(project, application, source)) continue;
      const fix = startThroughInit(dockerfile, stage, start);
      report({
        at: start.range,
        message: `${source.program} runs ${source.file} as the first process, and no source handles SIGTERM.`,
        ...(fix && { fix }),
      });
    }
  },
});

interface StartedSource {
  readonly program: string;
  readonly language: Application['language'];
  /** The name of the file that the program is given. */
  readonly file: string;
}

/** `node server.js`, `python -u app.py`: a file that is a source itself. What starts with a module or a package may be a server that has a handler. */
function startedSource(stage: Stage): StartedSource | undefined {
  const [program = '', ...words] = startedWords(stage);
  const name = program.replace(/^.*\//, '');
  const file = words.find((word) => word !== '-u')?.replace(/^.*\//, '') ?? '';
  if (name === 'node' && /^[\w.-]+\.[cm]?js$/.test(file)) return { program: name, language: 'node', file };
  if (/^python(?:3(?:\.\d+)?)?$/.test(name) && /^[\w.-]+\.py$/.test(file))
    return { program: name, language: 'python', file };
  return undefined;
}

function isForGood(use: ImageUse): boolean {
  return use.kind === 'service' || use.workload.longRunning;
}

/** The container is given an init, or its program is not the first process of its namespace. */
function hasInit(use: ImageUse): boolean {
  return use.kind === 'service'
    ? booleanAt(use.service.node, 'init') === true
    : use.workload.shareProcessNamespace.value === true || use.workload.hostPID.value === true;
}

/** The command or entry point of the use takes the place of the image's, or adds to it. */
function startsItsOwn(use: ImageUse): boolean {
  return use.kind === 'service'
    ? [use.service.command, use.service.entrypoint].some((node) => node !== undefined && !isNull(node))
    : use.container.command !== undefined || use.container.args !== undefined;
}

/** Undefined for a signal that a variable decides. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/ */
function stopSignalOf(stage: Stage, use: ImageUse): string | undefined {
  const own =
    use.kind === 'service' ? textAt(use.service.node, 'stop_signal') : textAt(use.container.lifecycle, 'stopSignal');
  return signalName(own ?? lastInstruction(stage, 'STOPSIGNAL')?.value.value ?? 'SIGTERM');
}

/** Packages that stop at SIGTERM themselves, or start something that does. */
const stopping: Readonly<Partial<Record<Application['language'], RegExp>>> = {
  node: /"(?:next|nuxt3?|(?:@strapi\/)?strapi|moleculer|@google-cloud\/functions-framework|(?:async-)?exit-hook|death|node-cleanup|stoppable|pm2|probot|apollo-server(?:-[\w-]+)?|@apollo\/server|sails|@sveltejs\/adapter-node|[\w@/-]*(?:graceful|shutdown)[\w-]*)"\s*:/,
  python:
    /\b(?:uvicorn|hypercorn|daphne|granian|robyn|aiohttp|sanic|quart|twisted|scrapy|gunicorn|celery|cherrypy|gradio|streamlit|rq|dramatiq|prefect|luigi|locust|kopf|uwsgi|tornado)\b/i,
};

/** The signal's name as a part, of which a program may make a handler: process.on(`SIG${name}`, …). */
const namedInParts = /\bTERM\b|\bSIG['"`]|SIG\$?\{/;

/** Servers of Python that have no handler. */
const plainPython = /^[ \t]*(?:from|import)[ \t]+(?:http\.server|socketserver|flask|bottle|waitress|wsgiref)\b/m;

/** The file is a source that was read, with all others, and none of them, nor a package, does anything at SIGTERM. */
function isPlainServer(project: Project, application: Application, { file, language }: StartedSource): boolean {
  const { sourcePaths, complete, manifests } = application;
  if (!complete || !sourcePaths.some((path) => path === file || path.endsWith(`/${file}`))) return false;
  const texts = sourcePaths.map((path) => project.readFile?.(path)?.text ?? '');
  const known = stopping[language];
  if (known === undefined || [...manifests.values()].some(({ text, path }) => !isLock(path) && known.test(text)))
    return false;
  const isServer =
    language === 'python'
      ? texts.some((text) => plainPython.test(text)) && !texts.some((text) => known.test(text))
      : texts.some((text) => /\.listen\(/.test(text));
  return isServer && !texts.some((text) => namedInParts.test(text)) && !handlesTermination(project, application);
}

function isLock(path: string): boolean {
  return /(?:^|[/.-])lock\b|-lock\.|shrinkwrap/.test(path);
}
