import { endOfLife } from '../../bases/end-of-life.ts';
import type { Detector, Place } from '../detector.ts';
import { dotnetBuildStage, dotnetShippedStage } from '../internal/dotnet-stages.ts';
import { findHealth, findInSources, findPort } from '../internal/endpoints.ts';
import { type ProjectProperty, propertyOf, type RestoreInputs, restoreInputs, sdksOf } from '../internal/msbuild.ts';
import { variable } from '../internal/variables.ts';
import { compareVersions, supportedLines } from '../internal/versions.ts';
import type { Detection, PlannedVariable } from '../plan.ts';
import { baseName, directoryOf, join, placeIn, type Repository } from '../repository.ts';

export const detector: Detector = {
  language: '.NET',
  mayBe: (names) => [...names].some((name) => /\.(?:cs|fs|vb)proj$/.test(name)),
  detect(place) {
    const programs = [...place.names]
      .filter((name) => /\.(?:cs|fs|vb)proj$/.test(name))
      .map((name) => projectOf(place, name))
      .filter((project) => isProgram(place, project));
    const project = programs.find(({ sdks }) => sdks.includes(webSdk)) ?? programs[0];
    if (project === undefined) return undefined;
    const { frameworks } = project;
    if (frameworks.length > 0 && !frameworks.some(isForEverySystem))
      return {
        language: '.NET',
        undecided: `${join(place.directory, project.file)} is made for ${frameworks.join(', ')}, which runs on Windows only.`,
        flag: undefined,
      };
    return detection(place, project);
  },
};

const webSdk = 'Microsoft.NET.Sdk.Web';

/** Their projects are programs when nothing else is said. */
const programSdks = [webSdk, 'Microsoft.NET.Sdk.Worker'];

interface DotnetProject {
  /** Its name, in the directory of the application. */
  readonly file: string;
  readonly text: string;
  readonly sdks: readonly string[];
  /** Target frameworks as they are written: `net10.0`, `net10.0-android`, `net48`. */
  readonly frameworks: readonly string[];
}

function projectOf(place: Place, file: string): DotnetProject {
  const text = place.read(file) ?? '';
  const target = property(place, file, 'TargetFramework') ?? property(place, file, 'TargetFrameworks');
  const frameworks = (target?.value ?? '').split(';').map((name) => name.trim());
  return { file, text, sdks: sdksOf(text), frameworks: frameworks.filter((name) => /^net/.test(name)) };
}

/** Not .NET Framework (`net48`), and not one system's (`net10.0-windows`). https://learn.microsoft.com/dotnet/standard/frameworks */
function isForEverySystem(framework: string): boolean {
  return /^net(?:coreapp)?\d+\.\d+$/.test(framework);
}

/** What is started, not what is taken into a program. Tests, programs for a desk or a hand, and the one that starts all others on a desk do not ship. */
function isProgram(place: Place, { file, text, sdks, frameworks }: DotnetProject): boolean {
  if (
    /Microsoft\.NET\.Test\.Sdk|xunit|nunit/i.test(text) ||
    sdks.some((name) => /^(?:MSTest|Aspire\.AppHost)\./.test(name))
  )
    return false;
  const isSaid = (name: string) => property(place, file, name)?.value.toLowerCase() === 'true';
  if (['UseMaui', 'UseWPF', 'UseWindowsForms', 'IsAspireHost', 'IsTestProject'].some(isSaid)) return false;
  if (frameworks.length > 0 && frameworks.every((name) => /^net\d+\.\d+-(?!windows)/.test(name))) return false;
  const output = property(place, file, 'OutputType')?.value;
  return output === undefined ? programSdks.some((name) => sdks.includes(name)) : /^(?:win)?exe$/i.test(output);
}

/**
 * Whether the program needs the shared framework of ASP.NET Core: it or what it refers to is made with it, or takes a package of it, which
 * asks for it in turn.
 */
function needsAspNet(repository: Repository, { projects }: RestoreInputs): boolean {
  return projects.some((path) => {
    const text = repository.read(path) ?? '';
    return sdksOf(text).includes(webSdk) || /(?:Include|Update)\s*=\s*["'][^"']*AspNetCore/i.test(text);
  });
}

function detection(place: Place, project: DotnetProject): Detection {
  const { file } = project;
  const web = project.sdks.includes(webSdk) || /Include\s*=\s*["']Microsoft\.AspNetCore\.App["']/.test(project.text);
  const inputs = restoreInputs(place.repository, join(place.directory, file));
  const context = contextOf(inputs);
  const version = chooseVersion(place, project);
  const named = property(place, file, 'AssemblyName');
  const isNamed = /^[\w. +-]+$/.test(named?.value ?? '');
  const assembly = named && isNamed ? named.value : file.replace(/\.\w+proj$/, '');
  const health = web ? findHealth(place) : undefined;
  const port = web ? portOf(place) : undefined;
  const command = ['dotnet', `${assembly}.dll`];
  const path = context === '' ? place.directory : place.directory.slice(context.length).replace(/^\//, '');
  return {
    language: '.NET',
    framework: web ? 'ASP.NET Core' : undefined,
    context,
    version: undefined,
    decisions: [
      { topic: 'language', value: '.NET', evidence: join(place.directory, file) },
      ...(web
        ? [
            {
              topic: 'framework' as const,
              value: 'ASP.NET Core',
              evidence: place.place(file, /Sdk="Microsoft\.NET\.Sdk\.Web"|Microsoft\.AspNetCore/),
            },
          ]
        : []),
      { topic: 'version', value: version.run, evidence: version.evidence },
      { topic: 'build', value: `dotnet publish ${join(path, file)}`, evidence: join(place.directory, file) },
      { topic: 'start', value: command.join(' '), evidence: `the assembly of ${file}` },
      ...(port ? [{ topic: 'port' as const, value: String(port.port), evidence: port.evidence }] : []),
      ...(health ? [{ topic: 'health' as const, value: health.path, evidence: health.evidence }] : []),
    ],
    questions: [
      ...(version.ended === undefined
        ? []
        : [
            {
              question: `.NET ${version.run}, for which the project is made, gets no security updates since ${version.ended}. Raise TargetFramework.`,
              flag: '--runtime-version',
              assumed: version.run,
            },
          ]),
      ...(named && !isNamed
        ? [
            {
              question: `The assembly is called ${named.value} (${named.evidence}), of which not all is known: which file does dotnet publish write?`,
              flag: undefined,
              assumed: `${assembly}.dll`,
            },
          ]
        : []),
      ...(place.choices.version === undefined && isWrittenByCondition(place, file)
        ? [
            {
              question: `${file} writes its target framework more than once, by conditions: is ${version.framework ?? version.run} that of a Release?`,
              flag: '--runtime-version',
              assumed: version.run,
            },
          ]
        : []),
    ],
    stages: [
      dotnetBuildStage(place.repository, {
        project: join(place.directory, file),
        inputs,
        context,
        version: version.run,
        evidence: version.evidence,
        framework: project.frameworks.length > 1 ? version.framework : undefined,
      }),
      dotnetShippedStage(
        web || needsAspNet(place.repository, inputs) ? 'aspnet' : 'runtime',
        version.run,
        place.choices.base === 'alpine',
      ),
    ],
    run: {
      command,
      commandEvidence: `the assembly of ${join(place.directory, file)}`,
      port: port?.port,
      environment: {
        DOTNET_EnableDiagnostics: '0',
        ...(port ? listenOn(version.run, port.port) : {}),
        ...(port?.read ? { PORT: String(port.port) } : {}),
        // One JSON object a line, where the console logger of the framework is in use.
        ...(compareVersions(version.run, '5.0') >= 0 ? { Logging__Console__FormatterName: 'json' } : {}),
        ...(version.rolls ? { DOTNET_ROLL_FORWARD: 'Major' } : {}),
      },
      user: 1654,
      userEvidence:
        compareVersions(version.run, '8.0') < 0
          ? 'a number without any rights; images before .NET 8 have no user for programs'
          : 'the user app of the image',
      writable: [{ path: '/tmp', why: 'temporary files: uploads, and what the runtime unpacks' }],
      health,
      startSeconds: 30,
      resources: { cpu: '100m', memory: '128Mi', memoryLimit: '512Mi' },
    },
    ignore: [{ comment: 'Built in the image', patterns: ['**/bin', '**/obj', '**/.vs', '**/*.user'] }],
    files: [],
    variables: dotnetVariables(place),
  };
}

/** What makes Kestrel listen; releases before 8 know addresses only. */
function listenOn(version: string, port: number): Readonly<Record<string, string>> {
  return compareVersions(version, '8.0') < 0
    ? { ASPNETCORE_URLS: `http://+:${port}` }
    : { ASPNETCORE_HTTP_PORTS: String(port) };
}

/** The directory that has everything that is read of the repository; all of it where that is not known. */
function contextOf({ files, isWhole }: RestoreInputs): string {
  let context = isWhole ? directoryOf(files[0] ?? '') : '';
  for (const file of files) while (context !== '' && !file.startsWith(`${context}/`)) context = directoryOf(context);
  return context;
}

interface DotnetVersion {
  readonly run: string;
  /** The target framework that is published, where one is written. */
  readonly framework: string | undefined;
  /** Since when it gets no security updates. */
  readonly ended: string | undefined;
  /** The program is made for an older release. */
  readonly rolls: boolean;
  readonly evidence: string;
}

/**
 * The release that the project is made for, also where it gets no security updates any more: what is made for one and rolled forward to
 * another meets the breaking changes of all between. Only who asks for another release gets it.
 */
function chooseVersion(place: Place, { file, frameworks }: DotnetProject): DotnetVersion {
  const lines = supportedLines('.NET', place.today);
  const newest = lines.at(-1) ?? '10.0';
  const made = frameworks.filter(isForEverySystem).sort((one, other) => compareVersions(lineOf(one), lineOf(other)));
  const chosen = place.choices.version;
  const framework = made.find((name) => lineOf(name) === chosen) ?? made.at(-1);
  const asked = framework === undefined ? undefined : lineOf(framework);
  if (chosen !== undefined)
    return {
      run: chosen,
      framework,
      ended: undefined,
      rolls: asked !== undefined && compareVersions(chosen, asked) > 0,
      evidence: '--runtime-version',
    };
  if (asked === undefined)
    return {
      run: newest,
      framework,
      ended: undefined,
      rolls: false,
      evidence: 'no target framework is written: the newest that is supported',
    };
  const target = property(place, file, 'TargetFramework') ?? property(place, file, 'TargetFrameworks');
  const isSupported = lines.includes(asked) || compareVersions(asked, newest) > 0;
  return {
    run: asked,
    framework,
    ended: isSupported ? undefined : (endOfLife('.NET', asked)?.date ?? 'long'),
    rolls: false,
    evidence: `TargetFramework (${target?.evidence})`,
  };
}

/** Two that name no runtime in common, of which the configuration decides. */
function isWrittenByCondition(place: Place, file: string): boolean {
  const written = [...(place.read(file) ?? '').matchAll(/<TargetFramework(?:\s[^<>]*)?>([^<]*)</g)];
  return new Set(written.map(([, value = '']) => value.trim())).size > 1;
}

function lineOf(framework: string): string {
  return framework.replace(/^net(?:coreapp)?/, '');
}

function property(place: Place, file: string, name: string): ProjectProperty | undefined {
  return propertyOf(place.repository, join(place.directory, file), name);
}

function portOf(place: Place): { readonly port: number; readonly evidence: string; readonly read: boolean } {
  const read = findInSources(place, /GetEnvironmentVariable\(\s*"PORT"/) !== undefined;
  if (place.choices.port !== undefined) return { port: place.choices.port, evidence: '--port', read };
  const found = findPort(place, [
    /UseUrls\([^)]*:(\d{2,5})/,
    /(?:Urls\.Add|app\.Run)\(\s*\$?"https?:\/\/[^":]*:(\d{2,5})/,
    /Listen(?:AnyIP|Localhost)?\([^)]{0,40}?(\d{4,5})/,
  ]);
  return found ? { ...found, read } : { port: 8080, evidence: 'the default of the image', read };
}

/** Variables of the sources, and connection strings of the settings, which a variable overrides with two underscores for a level. */
function dotnetVariables(place: Place): PlannedVariable[] {
  const read = place
    .sources()
    .flatMap(({ path, text }) =>
      [...text.matchAll(/GetEnvironmentVariable\(\s*"(\w+)"\s*\)(?:\s*\?\?\s*(throw\b|"([^"]*)"))?/g)].map((match) =>
        variable(match[1] ?? '', match[3], match[2] === 'throw', placeIn(path, text, match.index)),
      ),
    );
  const settings = place.read('appsettings.json') ?? '';
  const strings = /"ConnectionStrings"\s*:\s*\{([^}]*)\}/.exec(settings);
  const named = [...(strings?.[1] ?? '').matchAll(/"(\w+)"\s*:/g)].map(([, name = '']) => ({
    name: `ConnectionStrings__${name}`,
    secret: true,
    value: undefined,
    required: false,
    evidence: place.place('appsettings.json', strings?.index ?? 0),
  }));
  return [...read, ...named].filter(({ name }) => !/^(?:ASPNETCORE|DOTNET)_/.test(name) || baseName(name) === '');
}
