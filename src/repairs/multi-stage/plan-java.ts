import { type RunTimeImage, runTimeImage } from '../../bases/run-time-image.ts';
import type { Assumption } from '../../core/fix.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { absolutePath, liesIn } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { buildsOf } from '../../project/project.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { applicationPlaces } from './application-places.ts';
import { copyCommands, expand, workPlaces } from './outputs.ts';
import type { Planned, SplitSubject } from './split-plan.ts';

/**
 * A program of Java that Maven or Gradle packs: its jar, or the jars of its class path, on the run-time environment of the same release. What javac compiles
 * ships with the directory that it lies in.
 */
export function planJava(subject: SplitSubject): Planned {
  const { dockerfile, stage, runs, program } = subject;
  const image = baseImageOf(stage);
  const commands = runs.flatMap((step) => step.commands);
  const packing = commands.filter(isPacking);
  const compiling = commands.filter(({ command }) => command.name === 'javac');
  if ((packing.length === 0 && compiling.length === 0) || image.reference === undefined) return undefined;
  const base = runTimeImage(image.reference.text);
  if (base === undefined) return { refusal: 'it is not known which release of Java the image has' };
  if (program?.[0]?.replace(/^.*\//, '') !== 'java') return { refusal: 'the container does not start java itself' };
  if (packing.length === 0) return planClasses(subject, compiling, base);
  const paths = jarsOf(subject, program);
  const [path] = paths ?? [];
  if (paths === undefined || path === undefined) return { refusal: 'the name of the jar is not written out' };
  const places = workPlaces(dockerfile, packing);
  const copies = copyCommands(subject);
  const isMade = (jar: string) =>
    places.some((place) => liesIn(jar, place)) ||
    copies.some(({ command }) =>
      expand(subject, command.arguments.at(-1)?.value ?? '').endsWith(jar.slice(jar.lastIndexOf('/'))),
    );
  const missing = paths.find((each) => !isMade(each));
  if (missing !== undefined) return { refusal: `no step is seen to make ${missing}` };
  return {
    title: `Build in a stage of its own and ship the jar${paths.length > 1 ? 's' : ''} on ${base.reference}`,
    base: base.reference,
    copied: paths,
    left: [...places, '/root', '/home/gradle/.gradle', '/home/gradle/.m2', '/usr/share/maven'],
    fetchedByBuild: true,
    assumptions: [isWholeJar(subject, path), needsNoCompiler(`read files beside ${path}, `, base)],
    knows: (placed) =>
      /^(?:mvn|mvnw|gradle|gradlew|java|javac|jar|sh|bash)$/.test(placed.command.name) || copies.includes(placed),
  };
}

/** The directory in which javac runs, sources and all: only the compiler and its kin stay behind. */
function planClasses(subject: SplitSubject, compiling: readonly PlacedCommand[], base: RunTimeImage): Planned {
  const { dockerfile, program } = subject;
  const places = applicationPlaces(dockerfile, subject, compiling);
  if (places === undefined) return { refusal: 'the application lies in a directory of the system' };
  const outputs = compiling.map((placed) => {
    const words = placed.command.arguments;
    const at = words.findIndex(({ value }) => value === '-d');
    const directory = directoryOf(dockerfile, placed);
    return at === -1 ? directory : absolutePath(directory, expand(subject, words[at + 1]?.value ?? '$'));
  });
  const isShipped = (path: string | undefined) => path !== undefined && places.some((place) => liesIn(path, place));
  if (!outputs.every(isShipped)) return { refusal: 'it is not known where javac puts the classes' };
  const isElsewhere = (word: string) => word.includes(':/') || (word.startsWith('/') && !isShipped(word));
  if (program?.slice(1).some(isElsewhere)) return { refusal: 'the class path names files elsewhere' };
  return {
    title: `Compile in a stage of its own and ship ${places.join(' and ')} on ${base.reference}`,
    base: base.reference,
    copied: places,
    left: ['/root'],
    fetchedByBuild: true,
    assumptions: [needsNoCompiler('', base)],
    knows: ({ command }) => command.name === 'javac',
  };
}

function needsNoCompiler(reads: string, base: RunTimeImage): Assumption {
  return {
    statement: 'The program needs no compiler and no file of its sources.',
    state: 'unknown',
    question: `Does the program ${reads}compile at run time (JSP, Groovy), or call jcmd, keytool's sisters or other programs of the JDK? ${base.reference} lacks ${base.lacks}.`,
  };
}

/** The jar that `-jar` names, or all files of the class path. Undefined where one is not written out. */
function jarsOf(subject: SplitSubject, program: readonly string[]): readonly string[] | undefined {
  const after = (...flags: readonly string[]) => {
    const at = program.findIndex((word) => flags.includes(word));
    return at === -1 ? undefined : program[at + 1];
  };
  const named = after('-jar') ?? after('-cp', '-classpath', '--class-path');
  const paths = named?.split(':').map((word) => absolutePath(subject.directory, expand(subject, word)));
  const jars = paths?.flatMap((path) => (path !== undefined && /^[^*?$[]+\.jar$/.test(path) ? [path] : []));
  return jars?.length === paths?.length ? jars : undefined;
}

function isPacking({ command }: PlacedCommand): boolean {
  const isTool =
    /^(?:mvn|mvnw|gradle|gradlew)$/.test(command.name) ||
    command.arguments.some(({ value }) => /(?:^|\/)(?:mvnw|gradlew)$/.test(value));
  return (
    isTool &&
    command.arguments.some(({ value }) =>
      /^(?::?[\w:-]*)?(?:package|install|verify|build|assemble|jar|bootJar|shadowJar|fatJar|installDist)$/.test(value),
    )
  );
}

function isWholeJar({ project, dockerfile }: SplitSubject, path: string) {
  const statement = 'The jar holds all that it depends on.';
  const directories = buildsOf(project, dockerfile).flatMap(({ context }) => context?.directory ?? []);
  const manifests = project.applications
    .filter(({ directory, language }) => language === 'java' && directories.includes(directory))
    .flatMap(({ manifests }) => [...manifests.values()]);
  if (
    manifests.some(({ text }) =>
      /spring-boot-maven-plugin|maven-shade-plugin|maven-assembly-plugin|org\.springframework\.boot|com\.github\.johnrengelman\.shadow|com\.gradleup\.shadow|quarkus.*uber/.test(
        text,
      ),
    )
  )
    return { statement, state: 'holds' as const };
  return {
    statement,
    state: 'unknown' as const,
    question: `Is ${path} a fat jar (Spring Boot, shade, assembly)? Else its libraries have to be copied, too.`,
  };
}
