import type { Place } from '../detector.ts';
import { placeIn } from '../repository.ts';

/** A program that the sources start as they run, and where. */
export interface CalledProgram {
  readonly name: string;
  readonly evidence: string;
}

/** Packages of Debian that bring the programs which applications start. */
const packageOf: Readonly<Record<string, string>> = {
  git: 'git',
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  pandoc: 'pandoc',
  convert: 'imagemagick',
  pdftotext: 'poppler-utils',
  pdftoppm: 'poppler-utils',
  gs: 'ghostscript',
  pg_dump: 'postgresql-client',
  psql: 'postgresql-client',
  sqlite3: 'sqlite3',
  rsync: 'rsync',
};

/** What is started for those who work on it, not by the program. */
const forDevelopers = /(?:^|\/)(?:scripts?|tools?|utils?\/dev|bin|build|ci|release|hack|contrib|tasks|commands)\//;

/** `subprocess.run(["git", `, `subprocess_run("git show`, `execSync('git `, `runCmd(['pnpm', `. */
function startOf(name: string): RegExp {
  return new RegExp(
    `\\b\\w{0,40}(?:run|exec|spawn|popen|call|output|system|cmd)\\w{0,20}\\(\\s{0,40}\\[?\\s{0,40}[rf]{0,2}["'\`]${name}(?=["'\`\\s])`,
    'i',
  );
}

/** Where the program looks whether it is there, or goes on when it is not. */
const goesOnWithout =
  /\bexcept(?:\s*:|[^:\n]{0,200}\b(?:FileNotFoundError|OSError|Exception|EnvironmentError)\b)|\bcatch\b/;

/** Where the sources start a package manager themselves: to list or to add packages as they run. */
export function calledPackageManager(place: Place, name: string): string | undefined {
  const pattern = new RegExp(
    `${startOf(name).source}|\\b(?:cmd|command|args)\\s{0,9}=\\s{0,9}\\[\\s{0,40}["'\`]${name}["'\`]`,
    'i',
  );
  for (const { path, text } of place.sources()) {
    const at = forDevelopers.test(path) ? -1 : text.search(pattern);
    if (at !== -1) return placeIn(path, text, at);
  }
  return undefined;
}

/** The first place of the sources that starts a program of one of these names and cannot go on without it. */
function findCalled(place: Place, names: readonly string[]): CalledProgram[] {
  return names.flatMap((name) => {
    const pattern = startOf(name);
    const looksFor = new RegExp(`\\bwhich(?:Sync)?\\(\\s*["'\`]${name}["'\`]`);
    const sources = place.sources().filter(({ text }) => text.includes(name));
    if (sources.some(({ text }) => looksFor.test(text))) return [];
    for (const { path, text } of sources) {
      if (forDevelopers.test(path) || goesOnWithout.test(text)) continue;
      const at = text.search(pattern);
      if (at !== -1) return [{ name, evidence: placeIn(path, text, at) }];
    }
    return [];
  });
}

/** Programs of the system that the sources start, by the package that brings them. */
export function systemPrograms(place: Place): (CalledProgram & { readonly package: string })[] {
  return findCalled(place, Object.keys(packageOf)).flatMap((called) => {
    const found = packageOf[called.name];
    return found === undefined ? [] : [{ ...called, package: found }];
  });
}
