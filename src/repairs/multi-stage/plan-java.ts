import { runTimeImage } from '../../bases/run-time-image.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { absolutePath, liesIn } from '../../project/copied-files.ts';
import { buildsOf } from '../../project/project.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { copyCommands, expand, workPlaces } from './outputs.ts';
import type { Planned, SplitSubject } from './split-plan.ts';

/** A program of Java that Maven or Gradle packs into one jar: the jar on the run-time environment of the same release. */
export function planJava(subject: SplitSubject): Planned {
  const { dockerfile, stage, runs, program } = subject;
  const image = baseImageOf(stage);
  const packing = runs.flatMap(({ commands }) => commands).filter(isPacking);
  if (packing.length === 0 || image.reference === undefined) return undefined;
  const base = runTimeImage(image.reference.text);
  if (base === undefined) return { refusal: 'it is not known which release of Java the image has' };
  if (program?.[0]?.replace(/^.*\//, '') !== 'java') return { refusal: 'the container does not start java itself' };
  const at = program.indexOf('-jar');
  const jar = at === -1 ? undefined : program[at + 1];
  const path = jar === undefined ? undefined : absolutePath(subject.directory, expand(subject, jar));
  if (path === undefined || /[*?$[]/.test(path)) return { refusal: 'the name of the jar is not written out' };
  const places = workPlaces(dockerfile, packing);
  const copies = copyCommands(subject);
  const isMade =
    places.some((place) => liesIn(path, place)) ||
    copies.some(({ command }) =>
      expand(subject, command.arguments.at(-1)?.value ?? '').endsWith(path.slice(path.lastIndexOf('/'))),
    );
  if (!isMade) return { refusal: `no step is seen to make ${path}` };
  return {
    title: `Build in a stage of its own and ship the jar on ${base.reference}`,
    base: base.reference,
    copied: [path],
    left: [...places, '/root', '/home/gradle/.gradle', '/home/gradle/.m2', '/usr/share/maven'],
    fetchedByBuild: true,
    assumptions: [
      isWholeJar(subject, path),
      {
        statement: 'The program needs no compiler and no file of its sources.',
        state: 'unknown',
        question: `Does the program read files beside ${path}, compile at run time (JSP, Groovy), or call jcmd, keytool's sisters or other programs of the JDK? ${base.reference} lacks ${base.lacks}.`,
      },
    ],
    knows: (placed) =>
      /^(?:mvn|mvnw|gradle|gradlew|java|javac|jar|sh|bash)$/.test(placed.command.name) || copies.includes(placed),
  };
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
