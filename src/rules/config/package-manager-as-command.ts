import type { Artifact } from '../../core/artifact.ts';
import type { Assumption, Fix } from '../../core/fix.ts';
import { parseJsonObject, textFieldsOf } from '../../core/json-object.ts';
import { wordsOf } from '../../dockerfile/command-form.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import type { CmdInstruction, EntrypointInstruction } from '../../dockerfile/instruction.ts';
import type { Application } from '../../project/application.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { handlesTermination } from '../../project/handles-termination.ts';
import { buildsOf, type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { lastInstruction } from '../../project/stage-facts.ts';

const started = /^(npm|yarn|pnpm|npx|bun)(?: (?:--silent|-s))?(?: (?:run|exec))? (\S+)$/;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A package manager starts the program',
  why: 'It stays beside the program with a shell between them: some 40 MB of memory, a slower start, and signals to stop that need not reach the program.',
  remedy:
    'Start the program itself, CMD ["node", "server.js"], and have it end at SIGTERM: as the first process it does so only with a handler.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    for (const stage of shippedStages(project, dockerfile)) {
      const start = lastInstruction(stage, 'ENTRYPOINT') ?? lastInstruction(stage, 'CMD');
      const words = start && wordsOf(start.command);
      const match = words && started.exec(words.join(' '));
      if (start === undefined || !match) continue;
      const [, tool = '', script = ''] = match;
      // What is started for development is meant to be watched and restarted.
      if (/^(?:dev|develop|watch|test|serve:dev|start:dev|storybook|install|i|ci)(?:$|:)/.test(script)) continue;
      // A file bun runs itself: https://bun.com/docs/runtime
      if (tool === 'bun' && /\.[cm]?[jt]sx?$/.test(script)) continue;
      const fix = startItself(project, dockerfile, start, script);
      report({
        at: start.range,
        message: `${tool} starts the program and stays beside it.`,
        ...(fix && { fix }),
      });
    }
  },
});

/** What the script in package.json runs, where it is one plain command. */
function startItself(
  project: Project,
  dockerfile: Dockerfile,
  start: CmdInstruction | EntrypointInstruction,
  script: string,
): Fix | undefined {
  if (start.syntax.innerComments.length > 0) return undefined;
  const applications = buildsOf(project, dockerfile)
    .flatMap((build) => applicationsOf(project, build))
    .filter(({ manifests }) => manifests.has('package.json'));
  const [application] = applications;
  const manifest = application?.manifests.get('package.json');
  if (application === undefined || manifest === undefined || applications.length > 1) return undefined;
  const scripts = scriptsOf(manifest);
  const line = scripts.get(script);
  if (line === undefined || scripts.has(`pre${script}`) || scripts.has(`post${script}`)) return undefined;
  if (!/^node(?: [A-Za-z0-9_./=-]+)+$/.test(line)) return undefined;
  const json = `[${line
    .split(' ')
    .map((word) => JSON.stringify(word))
    .join(', ')}]`;
  return {
    title: `Start ${line}`,
    changes: { edits: [replace(dockerfile, start.range, `${start.keyword.value} ${json}`)] },
    assumptions: [
      { statement: `The script ${script} in ${manifest.path} is only this command.`, state: 'holds' },
      {
        statement: 'The program reads no variable that npm sets.',
        state: 'unknown',
        question: 'Does the program read variables such as npm_package_version?',
      },
      endsAtSignal(project, application),
    ],
  };
}

/**
 * npm ends at SIGTERM, and its program with the container. The kernel gives the first process of a container no default for a signal: node without a handler
 * goes on until it is killed. https://man7.org/linux/man-pages/man7/pid_namespaces.7.html
 */
function endsAtSignal(project: Project, application: Application): Assumption {
  const statement = 'The sources handle SIGTERM, for which the first process of a container has no default.';
  if (handlesTermination(project, application)) return { statement, state: 'holds' };
  return application.complete
    ? { statement, state: 'fails' }
    : { statement, state: 'unknown', question: 'Does the program end by itself at SIGTERM?' };
}

function scriptsOf({ text }: Artifact): ReadonlyMap<string, string> {
  return textFieldsOf(parseJsonObject(text)?.scripts);
}
