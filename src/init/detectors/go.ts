import type { Detector, NotDecided, Place } from '../detector.ts';
import { type FoundPort, findHealth, findInSources, findPort } from '../internal/endpoints.ts';
import { type GoProgram, goPrograms, runtimeDirectories } from '../internal/go-program.ts';
import { procfileCommand } from '../internal/procfile.ts';
import { compareVersions } from '../internal/versions.ts';
import type { Decision, Detection, ImageStage, Question, Step } from '../plan.ts';
import { baseName, join } from '../repository.ts';

/** Go keeps old modules building, so that the newest release is right for all that ask for an older one. */
const newestGo = '1.26';
const debian = { codename: 'trixie', number: '13' };

export const detector: Detector = {
  language: 'Go',
  mayBe: (names) => names.has('go.mod'),
  detect(place) {
    const module = readModule(place);
    const program = chooseProgram(place, module);
    if (program === undefined) return undefined;
    if ('undecided' in program) return program;
    return detection(place, module, program);
  },
};

interface GoModule {
  readonly text: string;
  readonly name: string;
  readonly requires: ReadonlySet<string>;
  /** Directories of this repository that stand in for modules. */
  readonly replacedBy: readonly string[];
}

function readModule(place: Place): GoModule {
  const text = place.read('go.mod') ?? '';
  return {
    text,
    name: /^module\s+"?(\S+?)"?\s*$/m.exec(text)?.[1] ?? 'app',
    requires: new Set(
      [...text.matchAll(/^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v/gm)].map(([, name = '']) => name),
    ),
    replacedBy: [...text.matchAll(/=>\s*(\.{1,2}\/\S*|\.{1,2})\s*$/gm)].map(([, path = '']) => path),
  };
}

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
  const framework = frameworks.find(({ module: name }) => [...module.requires].some((each) => each.startsWith(name)));
  const version = chooseGo(place, module);
  const cgo = needsCgo(place, module);
  const port = portOf(place, framework);
  const health = findHealth(place);
  const directories = runtimeDirectories(place);
  const { words, evidence } = startOf(place, program, port.port);
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
  ];
  return {
    language: 'Go',
    framework: framework?.name,
    context: place.directory,
    version: undefined,
    decisions,
    questions: port.questions,
    stages: [buildStage(place, module, program, version, cgo), shippedStage(place, program, cgo, directories)],
    run: {
      command: words,
      commandEvidence: evidence,
      port: port.port,
      environment:
        port.read && port.port !== undefined
          ? { PORT: String(port.port), ...framework?.environment }
          : { ...framework?.environment },
      user: 65532,
      userEvidence: 'the user nonroot of the image',
      writable: [{ path: '/tmp', why: 'temporary files: uploads larger than memory' }],
      health,
      startSeconds: 10,
      resources: { cpu: '50m', memory: '32Mi', memoryLimit: '256Mi' },
    },
    ignore: [
      {
        comment: 'Built in the image',
        patterns: ['/bin', '**/*.test', '**/*.out'].filter((pattern) => !isKept(place, pattern)),
      },
    ],
    files: [],
  };
}

function isKept({ repository, directory }: Place, pattern: string): boolean {
  return (
    pattern.startsWith('/') && repository.files.some((file) => file.startsWith(`${join(directory, pattern.slice(1))}/`))
  );
}

interface GoFramework {
  readonly module: string;
  readonly name: string;
  /** Where it listens when its start is called without an address. */
  readonly port?: number;
  readonly readsPort?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

const frameworks: readonly GoFramework[] = [
  {
    module: 'github.com/gin-gonic/gin',
    name: 'Gin',
    port: 8080,
    readsPort: true,
    environment: { GIN_MODE: 'release' },
  },
  { module: 'github.com/labstack/echo', name: 'Echo' },
  { module: 'github.com/gofiber/fiber', name: 'Fiber' },
  { module: 'github.com/go-chi/chi', name: 'chi' },
  { module: 'github.com/gorilla/mux', name: 'Gorilla Mux' },
  { module: 'github.com/beego/beego', name: 'Beego', port: 8080 },
  { module: 'github.com/julienschmidt/httprouter', name: 'httprouter' },
  {
    module: 'github.com/gobuffalo/buffalo',
    name: 'Buffalo',
    port: 3000,
    readsPort: true,
    environment: { GO_ENV: 'production', ADDR: '0.0.0.0' },
  },
  { module: 'google.golang.org/grpc', name: 'gRPC' },
];

/** The newest release builds what asks for an older one; a newer `toolchain` or `go` line wins. */
function chooseGo(place: Place, { text }: GoModule): { readonly version: string; readonly evidence: string } {
  if (place.choices.version !== undefined) return { version: place.choices.version, evidence: '--runtime-version' };
  const line = /^(?:toolchain\s+go|go\s+)(\d+\.\d+)(?:\.\d+)?/gm;
  const asked = [...text.matchAll(line)].sort((one, other) => compareVersions(other[1] ?? '', one[1] ?? ''))[0];
  const wanted = asked?.[1];
  if (wanted === undefined) return { version: newestGo, evidence: 'go.mod names no version: the newest that is known' };
  const evidence = `go ${wanted} (${place.place('go.mod', asked?.index ?? 0)})`;
  return compareVersions(wanted, newestGo) >= 0
    ? { version: wanted, evidence }
    : {
        version: newestGo,
        evidence: `${evidence}, which newer releases build as well: only the newest get security updates`,
      };
}

/** Modules that are C in part. */
const cgoModules =
  /^(?:github\.com\/mattn\/go-sqlite3|github\.com\/confluentinc\/confluent-kafka-go|github\.com\/DataDog\/zstd|github\.com\/h2non\/bimg|github\.com\/libgit2|github\.com\/pebbe\/zmq4|gocv\.io\/)/;

function needsCgo(place: Place, module: GoModule): string | undefined {
  const required = [...module.requires].find((name) => cgoModules.test(name));
  if (required) return `${required} (${place.place('go.mod', required)})`;
  const found = findInSources(place, /^import "C"$/m);
  return found && `import "C" (${found.evidence})`;
}

interface GoPort extends Omit<FoundPort, 'port'> {
  readonly port: number | undefined;
  readonly read: boolean;
  readonly questions: readonly Question[];
}

function portOf(place: Place, framework: GoFramework | undefined): GoPort {
  const fromEnvironment = findInSources(place, /(?:Getenv|LookupEnv|\w*[Ee]nv\w*)\(\s*"PORT"/);
  const withoutAddress = framework?.readsPort ? findInSources(place, /\.Run\(\s*\)/) : undefined;
  const read =
    fromEnvironment !== undefined ||
    withoutAddress !== undefined ||
    place.application?.variablesRead.some(({ name }) => name === 'PORT') === true;
  const local = findInSources(
    place,
    /(?:ListenAndServe|\.Run|\.Start|\.Listen)\w*\(\s*"(?:localhost|127\.0\.0\.1):\d+"/,
  );
  const questions: Question[] = local
    ? [
        {
          question: `The program listens on this machine's own address only (${local.evidence}): nothing outside of its pod can reach it. Let it listen on all addresses.`,
          flag: undefined,
          assumed: undefined,
        },
      ]
    : [];
  if (place.choices.port !== undefined) return { port: place.choices.port, evidence: '--port', read, questions };
  const found = findPort(place, [
    /(?:"PORT"\s*,\s*"|[Pp]ort\s*:?=\s*")(\d{2,5})"/,
    /(?:ListenAndServe|\.Run|\.Start|\.Listen|net\.Listen)\w*\([^)\n]{0,60}?"[^"\n]{0,40}:(\d{2,5})"/,
    /(?:[Aa]ddr\w*|listen\w*|bind\w*|[Pp]ort)["\s]*(?:[:=,(]|:=)[^"\n]{0,40}"[^"\n]{0,30}:(\d{2,5})"/,
    /[Pp]ort["\s]*(?:[:=,(]|:=)\s*"?(\d{4,5})\b/,
    /"(?:0\.0\.0\.0|localhost)?:(\d{4,5})"/,
  ]);
  if (found) return { ...found, read, questions };
  if (framework?.port) return { port: framework.port, evidence: `the default of ${framework.name}`, read, questions };
  if (read)
    return {
      port: 8080,
      evidence: `it reads PORT (${fromEnvironment?.evidence ?? 'the environment'})`,
      read,
      questions,
    };
  const listens = findInSources(place, /ListenAndServe|\.Listen\(|net\.Listen/);
  if (!listens) return { port: undefined, evidence: 'nothing listens', read, questions };
  return {
    port: 8080,
    evidence: 'no evidence',
    read,
    questions: [
      ...questions,
      { question: `Which port does the program listen on (${listens.evidence})?`, flag: '--port', assumed: '8080' },
    ],
  };
}

function startOf(
  place: Place,
  program: GoProgram,
  port: number | undefined,
): { readonly words: string[]; readonly evidence: string } {
  const procfile = procfileCommand(place);
  const [first = '', ...rest] = procfile?.words ?? [];
  const words = [`/usr/local/bin/${program.name}`];
  if (procfile === undefined || rest.length === 0 || baseName(first) !== program.name)
    return { words, evidence: `package main (${program.evidence})` };
  return {
    words: [...words, ...rest.map((word) => word.replace(/\$\{?PORT\}?/g, String(port ?? 8080)))],
    evidence: procfile.evidence,
  };
}

const caches = ['type=cache,target=/go/pkg/mod', 'type=cache,target=/root/.cache/go-build'];

function buildStage(
  place: Place,
  module: GoModule,
  program: GoProgram,
  version: { version: string; evidence: string },
  cgo: string | undefined,
): ImageStage {
  const vendored = place.repository.has(join(place.directory, 'vendor/modules.txt'));
  const isLocal = module.replacedBy.length > 0;
  const manifests = ['go.mod', ...(place.has('go.sum') ? ['go.sum'] : [])];
  const download: Step[] =
    vendored || module.requires.size === 0
      ? []
      : [
          {
            kind: 'copy',
            comment:
              'What says which modules are needed comes first: a change of the sources alone then downloads nothing',
            sources: manifests,
            destination: './',
          },
          ...localModules(place, module),
          { kind: 'run', mounts: caches.slice(0, 1), commands: ['go mod download'] },
        ];
  const why = cgo
    ? `C is compiled and linked to the library of the image that ships: ${cgo}`
    : 'Without C: the program then needs no library of a system';
  return {
    name: 'build',
    base: `golang:${version.version}-${debian.codename}`,
    comment: `Go ${version.version}: ${version.evidence}${isLocal ? '; modules of this repository stand in for others (replace in go.mod)' : ''}`,
    steps: [
      { kind: 'workdir', path: '/src' },
      ...download,
      { kind: 'copy', comment: 'The sources, without what .dockerignore leaves out', sources: ['.'], destination: '.' },
      {
        kind: 'run',
        comment: `${why}; -s -w leaves symbols and debugging data out, -trimpath the paths of this machine`,
        mounts: caches,
        commands: [
          `CGO_ENABLED=${cgo ? '1' : '0'} go build -trimpath -ldflags="-s -w" -o /out/${program.name} ./${program.directory}`,
        ],
      },
    ],
  };
}

/** The manifests of modules that lie in the same repository: a download reads them. */
function localModules(place: Place, { replacedBy }: GoModule): Step[] {
  const below = replacedBy
    .map((path) => path.replace(/^\.\//, '').replace(/\/$/, ''))
    .filter((path) => !path.startsWith('..') && place.has(`${path}/go.mod`));
  return below.map((path) => ({
    kind: 'copy',
    sources: [`${path}/go.mod`, ...(place.has(`${path}/go.sum`) ? [`${path}/go.sum`] : [])],
    destination: `./${path}/`,
  }));
}

function shippedStage(
  place: Place,
  program: GoProgram,
  cgo: string | undefined,
  directories: readonly { readonly path: string; readonly evidence: string }[],
): ImageStage {
  const kind = cgo ? 'base' : 'static';
  const base =
    place.choices.base === 'alpine' && !cgo
      ? 'alpine:3.22'
      : place.choices.base === 'slim'
        ? `debian:${debian.number}-slim`
        : `gcr.io/distroless/${kind}-debian${debian.number}:nonroot`;
  return {
    name: undefined,
    base,
    comment: `The image that ships: ${base.startsWith('gcr.io') ? 'no shell and no package manager, only certificates, time zones and a user without rights' : 'a small system'}`,
    steps: [
      { kind: 'workdir', path: '/app' },
      { kind: 'copy', from: 'build', sources: [`/out/${program.name}`], destination: `/usr/local/bin/${program.name}` },
      ...directories.map(
        ({ path, evidence }): Step => ({
          kind: 'copy',
          comment: `Read when the program runs: ${evidence}`,
          sources: [path],
          destination: `./${path}/`,
        }),
      ),
    ],
  };
}
