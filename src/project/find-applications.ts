import type { Artifact } from '../core/artifact.ts';
import type { Application, ApplicationLanguage } from './application.ts';
import { isProgramSource, languageFiles, mayHoldApplication } from './internal/application-files.ts';
import { type ApplicationFacts, factsOf } from './internal/source-facts-of.ts';

/** Reads a file of the project by its relative path; undefined when it cannot be read. */
export type ReadFile = (path: string) => Artifact | undefined;

/** Bounds of what is read of one application. */
export const applicationLimits = {
  files: 2000,
  fileCharacters: 512 * 1024,
  totalCharacters: 20 * 1024 * 1024,
} as const;

/** A directory with what makes it an application. */
interface Candidate {
  readonly directory: string;
  readonly language: ApplicationLanguage;
  readonly manifestPaths: readonly string[];
  readonly sourcePaths: string[];
}

/**
 * The applications among a project's files: directories with a manifest, or with sources that a Dockerfile beside them
 * runs. `files` are relative paths with forward slashes. Only manifests and those Dockerfiles are read at once; sources on
 * first use of what they tell.
 */
export function findApplications(files: readonly string[], read: ReadFile): Application[] {
  const byDirectory = groupByDirectory(files);
  const candidates = new Map<string, Candidate>();
  for (const [directory, names] of byDirectory)
    if (mayHoldApplication(directory))
      for (const candidate of candidatesIn(directory, names, read)) candidates.set(key(candidate), candidate);
  for (const file of files) giveSource(file, candidates);
  return [...candidates.values()]
    .filter((candidate) => isApplication(candidate, candidates))
    .sort((a, b) => (a.directory < b.directory ? -1 : a.directory > b.directory ? 1 : 0))
    .map((candidate) => makeApplication(candidate, read));
}

function key({ directory, language }: Pick<Candidate, 'directory' | 'language'>): string {
  return `${language}:${directory}`;
}

function groupByDirectory(files: readonly string[]): Map<string, string[]> {
  const result = new Map<string, string[]>();
  for (const file of files) {
    const slash = file.lastIndexOf('/');
    const directory = slash === -1 ? '' : file.slice(0, slash);
    const names = result.get(directory);
    if (names) names.push(file.slice(slash + 1));
    else result.set(directory, [file.slice(slash + 1)]);
  }
  return result;
}

function candidatesIn(directory: string, names: readonly string[], read: ReadFile): Candidate[] {
  const result: Candidate[] = [];
  for (const { language, manifest, locks } of languageFiles) {
    const manifests = names.filter((name) => manifest.test(name));
    if (manifests.length === 0) continue;
    const manifestPaths = [...manifests, ...locks.filter((lock) => names.includes(lock))].map((name) =>
      join(directory, name),
    );
    result.push({ directory, language, manifestPaths, sourcePaths: [] });
  }
  return result.length > 0 ? result : withoutManifest(directory, names, read);
}

/** Sources beside a Dockerfile that names one of them. */
function withoutManifest(directory: string, names: readonly string[], read: ReadFile): Candidate[] {
  const dockerfile = names.find((name) => /^(?:Dockerfile|Containerfile)(?:\.[\w-]+)?$/.test(name));
  if (dockerfile === undefined) return [];
  const sources = names.filter(
    (name) => languageFiles.some(({ source }) => source.test(name)) && isProgramSource(name),
  );
  if (sources.length === 0) return [];
  const text = read(join(directory, dockerfile))?.text ?? '';
  const named = sources.filter((name) => text.includes(name));
  const languages = new Set(named.map((name) => languageFiles.find(({ source }) => source.test(name))?.language));
  return [...languages].flatMap((language) =>
    language ? [{ directory, language, manifestPaths: [], sourcePaths: [] }] : [],
  );
}

/** A source belongs to the nearest application of its language above it. */
function giveSource(file: string, candidates: ReadonlyMap<string, Candidate>): void {
  const language = languageFiles.find(({ source }) => source.test(file))?.language;
  if (language === undefined) return;
  let directory = file;
  while (directory !== '') {
    directory = directory.slice(0, Math.max(0, directory.lastIndexOf('/')));
    const candidate = candidates.get(key({ directory, language }));
    if (!candidate) continue;
    if (isProgramSource(directory === '' ? file : file.slice(directory.length + 1))) candidate.sourcePaths.push(file);
    return;
  }
}

/** A manifest without sources counts only where no other language has an application in the same directory. */
function isApplication(candidate: Candidate, candidates: ReadonlyMap<string, Candidate>): boolean {
  if (candidate.sourcePaths.length > 0) return true;
  return ![...candidates.values()].some(
    (other) => other !== candidate && other.directory === candidate.directory && other.sourcePaths.length > 0,
  );
}

function makeApplication({ directory, language, manifestPaths, sourcePaths }: Candidate, read: ReadFile): Application {
  const paths = [...sourcePaths].sort().slice(0, applicationLimits.files);
  const sources = once(() => readSources(paths, read));
  const facts = once((): ApplicationFacts => factsOf(language, [...sources().artifacts.values()]));
  const manifests = once(() => readManifests(manifestPaths, read));
  return {
    directory,
    language,
    sourcePaths: paths,
    get manifests() {
      return manifests();
    },
    get variablesRead() {
      return facts().variablesRead;
    },
    get readsOtherVariables() {
      return facts().readsOtherVariables || bindsEnvironment(language, manifests());
    },
    get variablesSet() {
      return facts().variablesSet;
    },
    get setsOtherVariables() {
      return facts().setsOtherVariables;
    },
    get complete() {
      return sources().complete && paths.length === sourcePaths.length;
    },
    get loggers() {
      return facts().loggers;
    },
    get metrics() {
      return facts().metrics;
    },
    artifact: (path) =>
      sources().artifacts.get(path) ?? [...manifests().values()].find((artifact) => artifact.path === path),
  };
}

interface Sources {
  readonly artifacts: ReadonlyMap<string, Artifact>;
  readonly complete: boolean;
}

function readSources(paths: readonly string[], read: ReadFile): Sources {
  const artifacts = new Map<string, Artifact>();
  let total = 0;
  let complete = true;
  for (const path of paths) {
    if (total > applicationLimits.totalCharacters) return { artifacts, complete: false };
    const artifact = read(path);
    if (!artifact || artifact.text.length > applicationLimits.fileCharacters) complete = false;
    else if (isMinified(artifact.text)) continue;
    else {
      artifacts.set(path, artifact);
      total += artifact.text.length;
    }
  }
  return { artifacts, complete };
}

/** Long lines only, as bundlers write them. */
function isMinified(text: string): boolean {
  if (text.length < 20_000) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return text.length / lines > 500;
}

function readManifests(paths: readonly string[], read: ReadFile): ReadonlyMap<string, Artifact> {
  const manifests = new Map<string, Artifact>();
  for (const path of paths) {
    const artifact = read(path);
    if (artifact) manifests.set(path.slice(path.lastIndexOf('/') + 1), artifact);
  }
  return manifests;
}

/** Frameworks that bind any variable to their settings, so that the sources do not name them. */
const binding: Partial<Readonly<Record<ApplicationLanguage, RegExp>>> = {
  java: /spring-boot|quarkus|micronaut|helidon|microprofile|smallrye/,
  node: /"(?:config|nconf|rc|convict|@nestjs\/config|next|nuxt|@strapi\/strapi|directus|prisma|@prisma\/client|typeorm|dotenv-expand)"\s*:/,
  python: /dynaconf|airflow|superset/,
  go: /koanf|spf13\/viper/,
};

function bindsEnvironment(language: ApplicationLanguage, manifests: ReadonlyMap<string, Artifact>): boolean {
  const pattern = binding[language];
  return pattern !== undefined && [...manifests.values()].some(({ text }) => pattern.test(text));
}

function once<Value>(compute: () => Value): () => Value {
  let kept: { readonly value: Value } | undefined;
  return () => {
    kept ??= { value: compute() };
    return kept.value;
  };
}

function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
