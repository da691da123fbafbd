import { UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { Application } from '../project/application.ts';
import { findApplications } from '../project/find-applications.ts';
import { type Detector, isDecided, type NotDecided, type Place, placeAt } from './detector.ts';
import { mayKeepData, withChosenData } from './internal/kept-data.ts';
import { imageName, imageTag, nameOf, ownName, withOwnNames } from './internal/plan-names.ts';
import { printablePlan } from './internal/printable-plan.ts';
import { mayBeRelease } from './internal/runtime-releases.ts';
import { plannedVariables } from './internal/variables.ts';
import { supportedLines } from './internal/versions.ts';
import { type ApplicationPlan, type Choices, type Detection, keepsData } from './plan.ts';
import { baseName, directoryOf, join, placeIn, type Repository } from './repository.ts';

/** What was found in a repository. */
export interface Detected {
  readonly plans: readonly ApplicationPlan[];
  readonly undecided: readonly (NotDecided & { readonly directory: string })[];
}

export interface DetectOptions {
  readonly detectors: readonly Detector[];
  readonly choices: Choices;
  readonly today: string;
  /** Only the applications in this directory and below; '' is all. */
  readonly within: string;
  /** Only the one in `within` itself, not those below. */
  readonly here?: boolean;
  readonly existing: Existing;
}

/** What the repository has of what `init` would write. */
export interface Existing {
  readonly dockerfiles: readonly ExistingDockerfile[];
  /** Whether any Kubernetes workload is declared. */
  readonly manifests: boolean;
}

export interface ExistingDockerfile {
  readonly path: string;
  readonly context: string;
  readonly port: number | undefined;
  readonly user: number | undefined;
}

/** Directories whose programs are not what the repository is about. */
const notMeant =
  /(?:^|\/)(?:node_modules|vendor|third_party|examples?|samples?|tests?|__tests__|testdata|fixtures?|__fixtures__|spec|e2e|docs?|documentation|(?:[\w.-]+\.)?benchmarks?|fuzz|templates?|\.github|\.devcontainer|cypress|playwright|scripts|tools?|hack|site-packages|dist|build|target)(?:\/|$)/i;

/** A byte order mark, as editors on Windows write it, belongs to no first line. */
function withoutMarks(repository: Repository): Repository {
  return { ...repository, read: (file) => repository.read(file)?.replace(/^\uFEFF/, '') };
}

/** What would be written as it stands, and could be no version and no command. */
function refuseUnusable({ start, version }: Choices): void {
  if (start !== undefined && start.trim() === '')
    throw new UserError('--start takes the command that starts the program, as «node server.js»; it is empty');
  if (version !== undefined && !/^\d{1,4}(?:\.\d{1,5}){0,3}$/.test(version))
    throw new UserError(`--runtime-version takes a version, as 24, 3.13 or 1.26; not «${printable(version)}»`);
}

/** A version that no image has would be found out by the build alone, with words of the registry. */
function refuseUnknown(language: string, { choices: { version }, today }: DetectOptions): void {
  if (version === undefined || mayBeRelease(language, version)) return;
  const supported = supportedLines(language, today);
  throw new UserError(`--runtime-version: there is no ${language} ${version}`, {
    remedy:
      supported.length > 0
        ? `those that get security updates are ${supported.join(', ')}`
        : 'leave it out, and what fits is chosen',
  });
}

/** Finds the applications of a repository and plans what each lacks. Throws a UserError for a command or version that is none. */
export function detectApplications(found: Repository, options: DetectOptions): Detected {
  refuseUnusable(options.choices);
  const repository = withoutMarks(found);
  const directories = candidateDirectories(repository, options);
  const applications = findApplications([...repository.files], (path) => {
    const text = repository.read(path);
    return text === undefined ? undefined : { path, text, encoding: 'utf-8' };
  });
  const plans: ApplicationPlan[] = [];
  const undecided: (NotDecided & { directory: string })[] = [];
  const ask = (directory: string, asked: readonly Detector[]) => {
    const result = detectIn(repository, directory, applications, { ...options, detectors: asked });
    if (result === undefined) return;
    refuseUnknown(result.found.language, options);
    if (isDecided(result.found)) plans.push(printablePlan(planOf(result.place, result.found, options)));
    else undecided.push({ ...result.found, undecided: printable(result.found.undecided), directory });
  };
  for (const directory of directories)
    ask(
      directory,
      options.detectors.filter(({ onlyAlone }) => !onlyAlone),
    );
  const alone = options.detectors.filter(({ onlyAlone }) => onlyAlone);
  for (const directory of plans.length + undecided.length === 0 ? uppermost(directories, repository, alone) : [])
    ask(directory, alone);
  if (plans.length === 0) {
    const open = new Set(undecided.map(({ directory }) => directory));
    const others = directories.filter((directory) => !open.has(directory));
    undecided.push(...lastQuestions(repository, others, options));
  }
  return { plans: withOwnNames(plans, options.choices), undecided };
}

/** Where nothing is found that can be run: programs that serve only as their user calls them. */
function lastQuestions(
  repository: Repository,
  directories: readonly string[],
  options: DetectOptions,
): (NotDecided & { directory: string })[] {
  return directories.flatMap((directory) => {
    const place = placeAt({ ...options, repository }, directory);
    for (const detector of options.detectors) {
      const found = detector.mayBe(place.names) ? detector.ask?.(place) : undefined;
      if (found !== undefined) return [{ ...found, undecided: printable(found.undecided), directory }];
    }
    return [];
  });
}

/** Of the directories that a detector may know those that lie in no other. */
function uppermost(directories: readonly string[], { files }: Repository, detectors: readonly Detector[]): string[] {
  const packages = new Set(files.filter((file) => ofPackage.test(file)).map(directoryOf));
  const may = directories.filter((directory) => {
    if (isBelowOne(directory, packages)) return false;
    // What a program of Node.js makes its pages from.
    if (baseName(directory) === 'views' && files.includes(join(directoryOf(directory), 'package.json'))) return false;
    const names = new Set(files.filter((file) => directoryOf(file) === directory).map(baseName));
    return detectors.some((detector) => detector.mayBe(names));
  });
  return may.filter(
    (directory) => !may.some((other) => other !== directory && (other === '' || directory.startsWith(`${other}/`))),
  );
}

/** What a package or a program is made from: pages below are a part of it. */
const ofPackage = /(?:^|\/)(?:setup\.py|pyproject\.toml|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?)$/;

function isBelowOne(directory: string, others: ReadonlySet<string>): boolean {
  for (let at = directory; at !== ''; ) {
    at = directoryOf(at);
    if (others.has(at)) return true;
  }
  return false;
}

function candidateDirectories({ files }: Repository, { detectors, within, here = false }: DetectOptions): string[] {
  const namesOf = new Map<string, Set<string>>();
  for (const file of files) {
    const directory = directoryOf(file);
    const names = namesOf.get(directory) ?? new Set();
    namesOf.set(directory, names.add(baseName(file)));
  }
  const isWithin = (directory: string) =>
    directory === within || (!here && (within === '' || directory.startsWith(`${within}/`)));
  return [...namesOf]
    .filter(
      ([directory]) =>
        isWithin(directory) && !notMeant.test(within === '' ? directory : directory.slice(within.length)),
    )
    .filter(([, names]) => detectors.some((detector) => detector.mayBe(names)))
    .map(([directory]) => directory)
    .sort();
}

interface Asked {
  readonly place: Place;
  readonly found: Detection | NotDecided;
}

/** The first detector that knows how to run it; what only one of them could not decide counts when none does. */
function detectIn(
  repository: Repository,
  directory: string,
  applications: readonly Application[],
  options: DetectOptions,
): Asked | undefined {
  const own = placeAt({ ...options, repository }, directory);
  let open: Asked | undefined;
  for (const detector of options.detectors) {
    if (!detector.mayBe(own.names)) continue;
    const place = placeOf(own, detector, applications);
    const found = detector.detect(place);
    if (found === undefined) continue;
    if (isDecided(found)) return { place, found };
    open ??= { place, found };
  }
  return open;
}

const languageOf: Readonly<Record<string, string>> = {
  'Node.js': 'node',
  Python: 'python',
  Go: 'go',
  Java: 'java',
  Rust: 'rust',
  '.NET': 'dotnet',
  Ruby: 'ruby',
  PHP: 'php',
};

function placeOf(place: Place, { language }: Detector, applications: readonly Application[]): Place {
  const { repository, directory } = place;
  const application = applications.find(
    (each) => each.directory === directory && each.language === languageOf[language],
  );
  let sources: { path: string; text: string }[] | undefined;
  return {
    ...place,
    application,
    sources() {
      sources ??= (application?.sourcePaths ?? []).flatMap((path) => {
        const text = repository.read(path);
        return text === undefined ? [] : [{ path, text }];
      });
      return sources;
    },
  };
}

function planOf(place: Place, found: Detection, { choices, existing }: DetectOptions): ApplicationPlan {
  const { application = place.application, ...detection } = found;
  const { repository, directory } = place;
  const name = choices.name ?? nameOf(repository, directory);
  const dockerfile = existing.dockerfiles.find(
    ({ path, context }) => directoryOf(path) === directory || (context === directory && directory !== ''),
  );
  const [metrics] = application?.metrics ?? [];
  const own = dockerfile && withOwnImage(detection, dockerfile, choices);
  const { decisions, questions } = own ?? detection;
  const run = withChosenData((own ?? detection).run, place, detection.language);
  const ofData = mayKeepData(place, { ...detection, run });
  const variables = plannedVariables(
    { ...place, application },
    detection.variables,
    new Set(Object.keys(detection.run.environment)),
    place.application,
  );
  return {
    ...detection,
    questions: [...questions, ...ofData],
    mayKeepData:
      ofData.length > 0 || (detection.asksForData === true && choices.data === undefined && !keepsData({ run })),
    decisions: [
      ...decisions,
      ...(variables.length > 0
        ? [
            {
              topic: 'variables' as const,
              value: variables.map((each) => each.name).join(', '),
              evidence: variables[0]?.evidence ?? '',
            },
          ]
        : []),
    ],
    run,
    directory,
    name,
    image:
      choices.image ?? `${imageName(choices.name ?? ownName(repository, directory))}:${imageTag(detection.version)}`,
    variables,
    metrics: metrics && {
      path: '/metrics',
      evidence: placeIn(metrics.path, repository.read(metrics.path), metrics.range.start),
    },
    existing: { dockerfile: dockerfile?.path, manifests: existing.manifests },
  };
}

/** With a Dockerfile of the project's own, that says where the program listens and as whom it runs. */
function withOwnImage(
  { run, decisions, questions }: Detection,
  { path, port, user }: ExistingDockerfile,
  choices: Choices,
): Pick<Detection, 'run' | 'decisions' | 'questions'> {
  const exposed = choices.port === undefined ? port : undefined;
  const writes = {
    question: `${path} is the project's own: the pod's root is read-only, so what the program writes besides ${run.writable.map((each) => each.path).join(', ')} has to be mounted.`,
    flag: undefined,
    assumed: undefined,
  };
  return {
    run: {
      ...run,
      port: exposed ?? run.port,
      user: user ?? run.user,
      userEvidence: user === undefined ? `${path} names no number: this one is taken instead` : `USER in ${path}`,
    },
    decisions: decisions.map((each) =>
      each.topic === 'port' && exposed !== undefined
        ? { topic: 'port', value: String(exposed), evidence: `EXPOSE in ${path}` }
        : each,
    ),
    questions: [...questions, writes],
  };
}
