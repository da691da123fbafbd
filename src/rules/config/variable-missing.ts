import { enumerate } from '../../core/enumerate.ts';
import type { ReportedPlace } from '../../core/rule.ts';
import type { Application, VariableRead } from '../../project/application.ts';
import { applicationsOf, buildsOfApplication } from '../../project/application-builds.ts';
import { environmentOf } from '../../project/application-environment.ts';
import { runsInBrowsers } from '../../project/application-kind.ts';
import type { ImageBuild, ImageUse, Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';
import { sameServices } from '../../project/same-service.ts';

/** Set by the kernel's start of a process, the shell, the container runtime, Kubernetes or the language's own image. */
const alwaysThere =
  /^(?:PATH|HOME|HOSTNAME|USER|LOGNAME|PWD|SHELL|TERM|LANG|LC_\w+|TZ|TMPDIR|TMP|TEMP|CI|DEBUG|NODE_ENV|NODE_OPTIONS|NO_COLOR|FORCE_COLOR|KUBERNETES_\w+|\w+_SERVICE_(?:HOST|PORT)|\w+_PORT_\d+_\w+|npm_\w+|HTTPS?_PROXY|NO_PROXY|https?_proxy|no_proxy|AWS_\w+|GOOGLE_\w+|AZURE_\w+|VITE_\w+|NEXT_PUBLIC_\w+|REACT_APP_\w+)$/;

export const rule = projectRule({
  severity: 'warning',
  summary: 'variable that the application reads and nothing sets',
  why: 'The program stops when it starts, or goes on with an empty value and fails later, where the cause is hard to see.',
  remedy: 'Set it where the container is declared, from a ConfigMap or a Secret, or give it a default in the source.',
  peers: [],
  check({ project }, { report }) {
    for (const build of project.builds)
      for (const application of applicationsOf(project, build)) {
        if (!isOnlyProgram(project, application) || runsInBrowsers(application)) continue;
        const reads = missable(application);
        for (const use of build.runBy) {
          const missing = missingOf(project, build, use, reads);
          if (missing.length === 0) continue;
          const names = missing.map(([name]) => name);
          const paths = new Set(missing.flatMap(([, places]) => places[0]?.path ?? []));
          report({
            at: placeOf(use),
            message: `${describe(use)} does not set ${enumerate(names)}, without which ${enumerate([...paths])} ${paths.size === 1 ? 'stops' : 'stop'}.`,
            severity: loadsFile(application) ? 'note' : 'warning',
            also: missing.flatMap(([name, places]) =>
              places.slice(0, 5).map(({ path, range }) => ({ path, range, note: `reads ${name}` })),
            ),
          });
        }
      }
  },
});

type Reads = ReadonlyMap<string, readonly VariableRead[]>;

/** Those of the reads for which this use of the image gives no value; none where its environment is not wholly known. */
function missingOf(project: Project, build: ImageBuild, use: ImageUse, reads: Reads) {
  if (reads.size === 0 || !runsAsBuilt(use)) return [];
  const { variables, complete } = environmentOf(project, build, use);
  // What another file of the Compose project gives to the service: one is laid over the other.
  const services = sameServices(project, use).map(({ service }) => service);
  if (!complete || services.some(({ envFiles }) => envFiles.length > 0)) return [];
  const given = new Set(services.flatMap(({ environment }) => environment.map(({ name }) => name)));
  return [...reads].filter(([name]) => !variables.has(name) && !given.has(name));
}

/** With several images of one source, each may run another part of it. */
function isOnlyProgram(project: Project, application: Application): boolean {
  return (
    application.complete &&
    !application.setsOtherVariables &&
    new Set(buildsOfApplication(project, application).map(stageOf)).size === 1
  );
}

function stageOf(build: ImageBuild): unknown {
  return build.stage;
}

/** Variables without which the program stops for certain, by name, with the reads that stop it. */
function missable(application: Application): Reads {
  const byName = new Map<string, VariableRead[]>();
  for (const read of application.variablesRead) {
    const known = byName.get(read.name);
    if (known) known.push(read);
    else byName.set(read.name, [read]);
  }
  const commands = new Set(application.sourcePaths.flatMap((path) => /(?:^|\/)cmd\/([^/]+)\//.exec(path)?.[1] ?? []));
  for (const [name, reads] of byName) {
    const elsewhere = commands.size > 1 && reads.every(({ path }) => /(?:^|\/)cmd\//.test(path));
    const stopping = reads.filter(({ required, conditional }) => required && conditional !== true);
    if (stopping.length === 0 || elsewhere || application.variablesSet.has(name) || alwaysThere.test(name))
      byName.delete(name);
    else byName.set(name, stopping);
  }
  return byName;
}

/** A container with a command of its own may run another program of the image; one that runs once may need less. */
function runsAsBuilt(use: ImageUse): boolean {
  if (use.kind === 'service')
    return use.service.command === undefined && use.service.entrypoint === undefined && !use.service.partial;
  const { role, command, args } = use.container;
  return role === 'container' && command === undefined && args === undefined && use.workload.longRunning;
}

/** dotenv reads a file at start, which may hold what nothing else sets. */
function loadsFile({ manifests }: Application): boolean {
  return [...manifests.values()].some(({ text }) => /\bdotenv\b|godotenv|python-decouple|django-environ/.test(text));
}

function placeOf(use: ImageUse): ReportedPlace {
  return use.kind === 'container' ? use.container.place : use.service.place;
}

function describe(use: ImageUse): string {
  if (use.kind === 'service') return `Service ${use.service.name}`;
  return `Container ${use.container.name} of ${use.workload.kind.toLowerCase()}/${use.workload.name}`;
}
