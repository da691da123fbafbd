import { endOfLife } from '../../bases/end-of-life.ts';
import type { Detector, Place } from '../detector.ts';
import { findHealth, findInSources, findPort } from '../internal/endpoints.ts';
import { variable } from '../internal/variables.ts';
import { compareVersions, supportedLines } from '../internal/versions.ts';
import type { Detection, ImageStage, PlannedVariable, Step } from '../plan.ts';
import { baseName, directoryOf, join, placeIn } from '../repository.ts';

export const detector: Detector = {
  language: '.NET',
  mayBe: (names) => [...names].some((name) => /\.(?:cs|fs|vb)proj$/.test(name)),
  detect(place) {
    const projects = [...place.names].filter((name) => /\.(?:cs|fs|vb)proj$/.test(name));
    const file =
      projects.find((name) => isWeb(place.read(name) ?? '')) ??
      projects.find((name) => /^(?:Win)?Exe$/i.test(propertyOf(place, name, 'OutputType')?.value ?? ''));
    const text = file === undefined ? undefined : place.read(file);
    // A test project is a program, too.
    if (file === undefined || text === undefined || /Microsoft\.NET\.Test\.Sdk|xunit|nunit/i.test(text))
      return undefined;
    return detection(place, file, text);
  },
};

function isWeb(text: string): boolean {
  return /Sdk="Microsoft\.NET\.Sdk\.Web"|Microsoft\.AspNetCore\.App/.test(text);
}

function detection(place: Place, file: string, text: string): Detection {
  const web = isWeb(text);
  const context = contextOf(place, file, text);
  const version = chooseVersion(place, file);
  const named = propertyOf(place, file, 'AssemblyName')?.value ?? '';
  const assembly = /^[\w.-]+$/.test(named) ? named : file.replace(/\.\w+proj$/, '');
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
    questions:
      version.ended === undefined
        ? []
        : [
            {
              question: `.NET ${version.run}, for which the project is made, gets no security updates since ${version.ended}. Raise TargetFramework.`,
              flag: '--runtime-version',
              assumed: version.run,
            },
          ],
    stages: [
      buildStage(place, context, join(path, file), version.run, version.evidence),
      shippedStage(place, version.run, web),
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

/** Images up to 3.0 are published in a folder of their own. */
function imageOf(kind: string, version: string): string {
  const folder = compareVersions(version, '3.1') < 0 ? 'dotnet/core' : 'dotnet';
  return `mcr.microsoft.com/${folder}/${kind}:${version}`;
}

/** The directory that has everything that the project refers to. */
function contextOf({ directory, repository }: Place, file: string, text: string): string {
  let context = directory;
  const references = [...text.matchAll(/<ProjectReference\s+Include="([^"]+)"/g)].map(([, path = '']) =>
    path.replaceAll('\\', '/'),
  );
  const shared = [...sharedFiles, 'global.json', 'nuget.config', 'NuGet.Config'];
  for (const path of references) {
    const climbs = path.split('/').filter((part) => part === '..').length;
    let at = directory;
    for (let count = 0; count < climbs; count++) at = directoryOf(at);
    if (at.length < context.length) context = at;
  }
  for (let at = context; at !== ''; ) {
    at = directoryOf(at);
    if (shared.some((name) => repository.has(join(at, name)))) context = at;
  }
  return file === '' ? directory : context;
}

interface DotnetVersion {
  readonly run: string;
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
function chooseVersion(place: Place, file: string): DotnetVersion {
  const lines = supportedLines('.NET', place.today);
  const newest = lines.at(-1) ?? '10.0';
  const target = propertyOf(place, file, 'TargetFramework') ?? propertyOf(place, file, 'TargetFrameworks');
  const asked = /(?:^|;)\s*net(?:coreapp)?(\d+\.\d+)/.exec(target?.value ?? '')?.[1];
  const chosen = place.choices.version;
  if (chosen !== undefined)
    return {
      run: chosen,
      ended: undefined,
      rolls: asked !== undefined && compareVersions(chosen, asked) > 0,
      evidence: '--runtime-version',
    };
  if (asked === undefined)
    return {
      run: newest,
      ended: undefined,
      rolls: false,
      evidence: 'no target framework is written: the newest that is supported',
    };
  const evidence = `TargetFramework (${target?.evidence})`;
  const isSupported = lines.includes(asked) || compareVersions(asked, newest) > 0;
  return {
    run: asked,
    ended: isSupported ? undefined : (endOfLife('.NET', asked)?.date ?? 'long'),
    rolls: false,
    evidence,
  };
}

interface ProjectProperty {
  readonly value: string;
  readonly evidence: string;
}

/** What is imported into every project below, by its name. https://learn.microsoft.com/visualstudio/msbuild/customize-by-directory */
const sharedFiles = ['Directory.Build.props', 'Directory.Packages.props', 'Directory.Build.targets'];

/**
 * A property of a project: what its file says, else what the nearest file says that MSBuild imports into all projects of a directory. The
 * properties that it names are put in. Conditions are not looked at: the first that is written counts.
 */
function propertyOf(place: Place, file: string, name: string, depth = 0): ProjectProperty | undefined {
  const paths = [join(place.directory, file)];
  for (let at = place.directory; ; at = directoryOf(at)) {
    paths.push(...sharedFiles.map((each) => join(at, each)));
    if (at === '') break;
  }
  for (const path of paths) {
    const text = place.repository.read(path);
    const found = text === undefined ? null : new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</`).exec(text);
    const written = found?.[1]?.trim() ?? '';
    if (found === null || written === '') continue;
    const value = written.replace(/\$\(([A-Za-z_][\w-]*)\)/g, (reference, other: string) =>
      depth < 5 ? (propertyOf(place, file, other, depth + 1)?.value ?? reference) : reference,
    );
    return { value, evidence: placeIn(path, text, found.index) };
  }
  return undefined;
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

function buildStage(place: Place, context: string, project: string, version: string, evidence: string): ImageStage {
  const below = (file: string) => (context === '' ? file : file.slice(context.length + 1));
  const inContext = place.repository.files
    .filter((file) => context === '' || file.startsWith(`${context}/`))
    .map(below);
  const manifests = inContext.filter((file) =>
    /\.(?:cs|fs|vb)proj$|(?:^|\/)(?:Directory\.(?:Packages|Build)\.(?:props|targets)|packages\.lock\.json|global\.json|nuget\.config)$/i.test(
      file,
    ),
  );
  const byDirectory = new Map<string, string[]>();
  for (const file of manifests)
    byDirectory.set(directoryOf(file), [...(byDirectory.get(directoryOf(file)) ?? []), file]);
  const copies = [...byDirectory]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([directory, files], at): Step => ({
        kind: 'copy',
        ...(at === 0 && {
          comment:
            'What says which packages are needed comes first: a change of the sources alone then restores nothing',
        }),
        sources: files,
        destination: directory === '' ? './' : `./${directory}/`,
      }),
    );
  const mounts = ['type=cache,target=/root/.nuget/packages'];
  return {
    name: 'build',
    base: imageOf('sdk', version),
    comment: `.NET ${version}: ${evidence}`,
    steps: [
      { kind: 'workdir', path: '/src' },
      ...copies,
      { kind: 'run', mounts, commands: [`dotnet restore ${project}`] },
      { kind: 'copy', comment: 'The sources, without what .dockerignore leaves out', sources: ['.'], destination: '.' },
      {
        kind: 'run',
        comment: 'Without a launcher of its own: dotnet starts the assembly',
        mounts,
        commands: [`dotnet publish ${project} --configuration Release --no-restore --output /out -p:UseAppHost=false`],
      },
    ],
  };
}

function shippedStage(place: Place, version: string, web: boolean): ImageStage {
  const kind = place.choices.base === 'alpine' ? '-alpine' : '';
  return {
    name: undefined,
    base: `${imageOf(web ? 'aspnet' : 'runtime', version)}${kind}`,
    comment: 'The image that ships: the runtime without the SDK, and what was published',
    steps: [
      { kind: 'workdir', path: '/app' },
      { kind: 'copy', from: 'build', sources: ['/out'], destination: './' },
    ],
  };
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
