import { releasesOf } from '../../bases/releases.ts';
import type { Detector, NotDecided, Place } from '../detector.ts';
import { findHealth, findInSources } from '../internal/endpoints.ts';
import { servingCommand } from '../internal/go-command.ts';
import { embeddedPages } from '../internal/go-embed.ts';
import { type GoModule, goContext, needsCgo, readModule } from '../internal/go-module.ts';
import { frameworks, portOf } from '../internal/go-port.ts';
import { type GoProgram, goPrograms, runtimeDirectories, runtimeFiles, withSourcesOf } from '../internal/go-program.ts';
import { buildStage, shippedStage } from '../internal/go-stages.ts';
import { procfileCommand } from '../internal/procfile.ts';
import { compareVersions } from '../internal/versions.ts';
import { goHome, writtenWorkingDirectory } from '../internal/working-directory.ts';
import type { Decision, Detection, Question, WritablePath } from '../plan.ts';
import { baseName, filesBelow, join } from '../repository.ts';

/** Of the two releases that get security updates the older: it builds all that was written before it, and is settled. */
const settledGo = () => releasesOf('golang')?.kept[0] ?? '1.26';

export const detector: Detector = {
  language: 'Go',
  mayBe: (names) => names.has('go.mod'),
  detect(place) {
    const module = readModule(place);
    const program = chooseProgram(place, module);
    if (program === undefined) return undefined;
    if ('undecided' in program) return program;
    return detection(withSourcesOf(place, program, module.name), module, program);
  },
};

/** Names that servers are given, of several programs in one module. */
const serverNames = /^(?:server|api|web|app|http|service|main|apiserver|httpserver|backend)$/;

function chooseProgram(place: Place, module: GoModule): GoProgram | NotDecided | undefined {
  const programs = goPrograms(place);
  const asked = place.choices.start?.replace(/^\.\//, '');
  if (asked !== undefined)
    return (
      programs.find(({ directory }) => directory === asked || baseName(directory) === asked) ??
      several(programs, `there is no main package in ${asked}`)
    );
  if (programs.length <= 1) return programs[0];
  const named = procfileCommand(place)?.words?.[0];
  const own = baseName(module.name.replace(/\/v\d+$/, ''));
  const listening = programs.filter(({ listens }) => listens);
  const choices = [
    programs.filter(
      ({ directory, name }) => named !== undefined && name === baseName(named) && directory !== undefined,
    ),
    listening,
    listening.filter(({ directory }) => directory === ''),
    listening.filter(({ name }) => name === own),
    listening.filter(({ name }) => serverNames.test(name)),
    programs.filter(({ name }) => name === own),
    programs.filter(({ directory }) => directory === ''),
  ];
  return choices.find((each) => each.length === 1)?.[0] ?? several(programs, 'the module has several programs');
}

function several(programs: readonly GoProgram[], what: string): NotDecided {
  const paths = programs.map(({ directory }) => `./${directory}`).join(', ');
  return { language: 'Go', undecided: `${what}: ${paths}. Say which one is the image's.`, flag: '--start' };
}

function detection(place: Place, module: GoModule, program: GoProgram): Detection {
  const framework = frameworks.find(
    ({ module: name, name: called }) =>
      [...module.requires].some((each) => each.startsWith(name)) &&
      // Beside pages over HTTP it is not what the program is.
      !(called === 'gRPC' && findInSources(place, /\bhttp\.(?:ListenAndServe|Server\{)/)),
  );
  const version = chooseGo(place, module);
  const cgo = needsCgo(place, module);
  const root = goContext(place, module);
  const embedded = embeddedPages(place, root);
  const port = portOf(place, framework);
  const health = findHealth(place);
  const directories = runtimeDirectories(place);
  const files = runtimeFiles(place);
  const { words, evidence, questions: ofStart } = startOf(place, program, port.port);
  const decisions: Decision[] = [
    { topic: 'language', value: 'Go', evidence: place.place('go.mod', 0) },
    ...(framework
      ? [{ topic: 'framework' as const, value: framework.name, evidence: place.place('go.mod', framework.module) }]
      : []),
    { topic: 'version', value: version.version, evidence: version.evidence },
    ...(cgo ? [{ topic: 'native dependencies' as const, value: 'C, by cgo', evidence: cgo }] : []),
    { topic: 'build', value: `./${program.directory}`, evidence: `package main (${program.evidence})` },
    { topic: 'start', value: words.join(' '), evidence },
    ...(port.port === undefined ? [] : [{ topic: 'port' as const, value: String(port.port), evidence: port.evidence }]),
    ...(health ? [{ topic: 'health' as const, value: health.path, evidence: health.evidence }] : []),
    ...directories.map(({ path, evidence: where }) => ({
      topic: 'files' as const,
      value: `${path}/`,
      evidence: `read when it runs (${where})`,
    })),
    ...files.map(({ path, evidence: where }) => ({
      topic: 'files' as const,
      value: path,
      evidence: `read when it runs (${where})`,
    })),
  ];
  // What is read as the program runs lies there, and a volume would hide it.
  const written = writtenWorkingDirectory(place, 'go', '/app')?.writable;
  const workingDirectory = directories.length + files.length > 0 ? undefined : written;
  return {
    language: 'Go',
    framework: framework?.name,
    context: root,
    version: undefined,
    decisions,
    questions: [
      ...ofStart,
      ...(written && !workingDirectory && place.choices.data === undefined
        ? [besideOthers([...directories, ...files], written)]
        : []),
      ...port.questions,
      ...embedded.questions,
    ],
    stages: [
      ...embedded.stages,
      buildStage(place, module, program, version, cgo, root, embedded.copies),
      shippedStage(place, program, cgo, directories, root, files),
    ],
    run: {
      command: words,
      commandEvidence: evidence,
      port: port.port,
      environment: {
        ...goHome(place),
        ...(port.read && port.port !== undefined ? { PORT: String(port.port) } : {}),
        ...port.environment,
        ...framework?.environment,
      },
      user: 65532,
      userEvidence: 'the user nonroot of the image',
      writable: [
        { path: '/tmp', why: 'temporary files: uploads larger than memory' },
        ...(workingDirectory ? [workingDirectory] : []),
      ],
      health,
      startSeconds: 10,
      resources: { cpu: '50m', memory: '32Mi', memoryLimit: '256Mi' },
    },
    ignore: [
      ...embedded.ignore,
      {
        comment: 'Built in the image',
        patterns: ['/bin', '**/*.test', '**/*.out'].filter(
          (pattern) => !isKept(place, pattern) && (root === place.directory || !pattern.startsWith('/')),
        ),
      },
    ],
    files: [],
    ...(place.application && { application: place.application }),
  };
}

function isKept({ repository, directory }: Place, pattern: string): boolean {
  return pattern.startsWith('/') && filesBelow(repository, join(directory, pattern.slice(1))).length > 0;
}

/** The newest release builds what asks for an older one; a newer `toolchain` or `go` line wins. */
function chooseGo(place: Place, { text }: GoModule): { readonly version: string; readonly evidence: string } {
  if (place.choices.version !== undefined) return { version: place.choices.version, evidence: '--runtime-version' };
  const line = /^(?:toolchain\s+go|go\s+)(\d+\.\d+)(?:\.\d+)?/gm;
  const asked = [...text.matchAll(line)].sort((one, other) => compareVersions(other[1] ?? '', one[1] ?? ''))[0];
  const wanted = asked?.[1];
  const settled = settledGo();
  if (wanted === undefined)
    return { version: settled, evidence: 'go.mod names no version: the older of those that get security updates' };
  const evidence = `go ${wanted} (${place.place('go.mod', asked?.index ?? 0)})`;
  return compareVersions(wanted, settled) >= 0
    ? { version: wanted, evidence }
    : {
        version: settled,
        evidence: `${evidence}, which newer releases build as well: only the newest two get security updates`,
      };
}

function besideOthers(directories: readonly { readonly path: string }[], { why }: WritablePath): Question {
  const comes = directories.map(({ path }) => path).join(', ');
  return {
    question: `The working directory has what the program reads (${comes}), and is read-only: what it writes below needs a volume of its own (${why}). Mount one at that directory: --data says where, and that it is kept.`,
    flag: '--data',
    assumed: 'no volume',
  };
}

function startOf(
  place: Place,
  program: GoProgram,
  port: number | undefined,
): { readonly words: string[]; readonly evidence: string; readonly questions: readonly Question[] } {
  const questions: Question[] = [];
  const procfile = procfileCommand(place);
  const [first = '', ...rest] = procfile?.words ?? [];
  const words = [`/usr/local/bin/${program.name}`];
  const command = procfile === undefined ? servingCommand(place) : undefined;
  if (command)
    return {
      words: [...words, command.word],
      evidence: `the command ${command.word} (${command.evidence})`,
      questions,
    };
  if (procfile === undefined || rest.length === 0 || baseName(first) !== program.name)
    return { words, evidence: `package main (${program.evidence})`, questions };
  const given = rest.map((word) => word.replace(/\$(?:PORT\b|\{PORT\})/g, String(port ?? 8080)));
  const filledIn = given.filter((word) => /\$[{\w]/.test(word));
  // `--user $NAME` is two words: without the one the other says something else.
  const kept = filledIn.every((word) => /^-[^$]*=/.test(word)) ? given.filter((word) => !filledIn.includes(word)) : [];
  if (filledIn.length > 0)
    questions.push({
      question: `Only a shell fills in the variables of ${filledIn.join(' ')}, from ${procfile.evidence}, and the image has none: that is left out. Let the program read them, or hand them over in «args» of the Deployment, where they are written $(NAME).`,
      flag: undefined,
      assumed: [...words, ...kept].join(' '),
    });
  return { words: [...words, ...kept], evidence: procfile.evidence, questions };
}
