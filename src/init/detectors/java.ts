import type { Detector, NotDecided, Place } from '../detector.ts';
import { healthOf, type JavaPort, portOf } from '../internal/java-port.ts';
import { type JavaProject, readJavaProject } from '../internal/java-project.ts';
import { directoriesInSettings } from '../internal/java-settings.ts';
import { ownPart } from '../internal/markup.ts';
import { splitCommand, withExec } from '../internal/shell-words.ts';
import { isBefore, springBootRelease } from '../internal/spring-version.ts';
import { type ChosenVersion, chooseVersion, compareVersions } from '../internal/versions.ts';
import { writtenWorkingDirectory } from '../internal/working-directory.ts';
import { doesNotLast } from '../internal/written-paths.ts';
import type { Detection, ImageStage, RunPlan, Step, WritablePath } from '../plan.ts';
import { join } from '../repository.ts';

export const detector: Detector = {
  language: 'Java',
  mayBe: (names) => names.has('pom.xml') || names.has('build.gradle') || names.has('build.gradle.kts'),
  detect(place) {
    const project = readJavaProject(place);
    if (project === undefined || place.sources().length === 0) return undefined;
    const product = productOf(place, project);
    if (product === undefined) return undefined;
    return 'undecided' in product ? product : detection(place, project, product);
  },
};

/** What the build writes and how it starts. */
interface Product {
  /** The task or goals of the build. */
  readonly goals: string;
  /** What is taken from the build: shell words relative to the module, and what they become below /app. */
  readonly take: string;
  readonly copies: readonly { readonly from: string; readonly to: string }[];
  readonly command: readonly string[];
  readonly evidence: string;
}

const memory = '-XX:MaxRAMPercentage=75';

const skipTests = { maven: '-DskipTests package', gradle: '' };

function productOf(place: Place, project: JavaProject): Product | NotDecided | undefined {
  const { tool, framework, jar, mainClass } = project;
  const output = tool === 'maven' ? 'target' : 'build/libs';
  if (place.choices.start !== undefined) {
    const words = splitCommand(place.choices.start) ?? ['sh', '-c', withExec(place.choices.start)];
    return {
      goals: tool === 'maven' ? skipTests.maven : 'assemble',
      take: `cp -r ${output} /out`,
      copies: [{ from: '/out', to: `./${output}` }],
      command: words,
      evidence: '--start',
    };
  }
  if (framework?.name === 'Quarkus')
    return {
      goals: tool === 'maven' ? skipTests.maven : 'quarkusBuild',
      take: `cp -r ${tool === 'maven' ? 'target' : 'build'}/quarkus-app /out`,
      copies: ['lib', 'quarkus', 'app']
        .map((name) => ({ from: `/out/${name}`, to: `./${name}` }))
        .concat({ from: '/out/quarkus-run.jar', to: './' }),
      command: ['java', memory, '-Dquarkus.http.host=0.0.0.0', '-jar', 'quarkus-run.jar'],
      evidence: framework.evidence,
    };
  const bootPlugin = tool === 'maven' ? /spring-boot-maven-plugin/ : /org\.springframework\.boot/;
  if (framework?.name === 'Spring Boot' && bootPlugin.test(project.text))
    return oneJar(tool === 'maven' ? skipTests.maven : 'bootJar', `${output}/${jar ?? '*.jar'}`, framework.evidence);
  if (framework?.name === 'Spring Boot' && project.module === '' && /<modules>/.test(project.text)) return undefined;
  if (project.fat && tool === 'maven')
    return oneJar(skipTests.maven, 'target/*.jar', mainClass?.evidence ?? project.file);
  if (project.fat) return oneJar('shadowJar', 'build/libs/*-all.jar', mainClass?.evidence ?? project.file);
  if (mainClass === undefined)
    return framework
      ? {
          language: 'Java',
          undecided: `${join(place.directory, project.file)} has no main class, and the sources have none or several.`,
          flag: '--start',
        }
      : undefined;
  const words = ['java', memory, '-cp', '/app/lib/*', mainClass.name];
  if (tool === 'maven')
    return {
      goals: `${skipTests.maven} dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=target/lib`,
      // Without dependencies there is no target/lib.
      take: 'mkdir -p /out target/lib && cp -r target/lib/. target/*.jar /out/',
      copies: [{ from: '/out', to: './lib' }],
      command: words,
      evidence: mainClass.evidence,
    };
  return {
    goals: 'installDist',
    take: 'mkdir -p /out && cp build/install/*/lib/*.jar /out/',
    copies: [{ from: '/out', to: './lib' }],
    command: words,
    evidence: mainClass.evidence,
  };
}

function oneJar(goals: string, jar: string, evidence: string): Product {
  return {
    goals,
    take: `cp ${jar} /app.jar`,
    copies: [{ from: '/app.jar', to: './app.jar' }],
    command: ['java', memory, '-jar', 'app.jar'],
    evidence,
  };
}

/** Old versions of Gradle do not run on new ones of Java. */
function chooseJava(place: Place, { asked, tool, wrapper }: JavaProject): ChosenVersion {
  const options = {
    today: place.today,
    isLongTerm: (line: string) => ['8', '11', '17', '21', '25'].includes(line),
    fits: (range: string, line: string) => range === line,
  };
  if (asked !== undefined || tool === 'maven' || wrapper === undefined) return chooseVersion('Java', asked, options);
  const newest = (['9.1', '25'] as const)[0];
  const version =
    compareVersions(wrapper, newest) >= 0
      ? '25'
      : compareVersions(wrapper, '8.5') >= 0
        ? '21'
        : compareVersions(wrapper, '7.3') >= 0
          ? '17'
          : '11';
  return { version, evidence: `the newest long-term one that Gradle ${wrapper} runs on` };
}

/** With a working directory of its own, so that what the program writes by relative names does not lie beside it. */
function elsewhere(product: Product): Product {
  const own = (word: string) => (/^[\w.-]+\.jar$/.test(word) ? `/app/${word}` : word);
  return { ...product, command: product.command.map(own) };
}

function detection(place: Place, project: JavaProject, found: Product): Detection {
  const work = place.choices.start === undefined ? writtenWorkingDirectory(place, 'java', '/work') : undefined;
  const product = work ? elsewhere(found) : found;
  const version = chooseJava(place, project);
  const { framework } = project;
  const { health, questions } = healthOf(place, project);
  const port = portOf(place, project);
  const ofSettings = directoriesInSettings(place);
  return {
    asksForData: ofSettings.length > 0,
    language: 'Java',
    framework: framework?.name,
    context: project.root,
    version: ownVersion(project),
    decisions: [
      { topic: 'language', value: 'Java', evidence: join(place.directory, project.file) },
      ...(framework ? [{ topic: 'framework' as const, value: framework.name, evidence: framework.evidence }] : []),
      { topic: 'version', value: version.version, evidence: version.evidence },
      {
        topic: 'package manager',
        value: project.tool === 'maven' ? 'Maven' : `Gradle${project.wrapper ? ` ${project.wrapper}` : ''}`,
        evidence:
          project.wrapper && project.tool === 'gradle' ? 'gradle/wrapper/gradle-wrapper.properties' : project.file,
      },
      { topic: 'build', value: product.goals, evidence: product.evidence },
      { topic: 'start', value: product.command.join(' '), evidence: product.evidence },
      { topic: 'port', value: String(port.port), evidence: port.evidence },
      ...(health ? [{ topic: 'health' as const, value: health.path, evidence: health.evidence }] : []),
    ],
    questions: [
      ...questions,
      ...ofSettings,
      ...(work && ofSettings.length === 0 ? [doesNotLast('its working directory', work.evidence)] : []),
      ...(framework || port.sure
        ? []
        : [
            {
              question: 'Which port does the program listen on? Nothing in its sources tells.',
              flag: '--port',
              assumed: '8080',
            },
          ]),
    ],
    stages: [buildStage(project, product, version), shippedStage(place, product, version, work?.writable.path)],
    run: runOf(project, product, port, health, work?.writable),
    ignore: [
      {
        comment: 'Built in the image',
        patterns: [
          '**/target',
          '**/.gradle',
          '**/*.class',
          ...(place.repository.files.some((file) => `/${file}`.includes('/build/')) ? [] : ['**/build']),
        ],
      },
    ],
    files: [],
  };
}

/** The version that the build file gives the application itself, not what it stands on. */
function ownVersion({ tool, text }: JavaProject): string | undefined {
  if (tool === 'gradle') return /^version\s*=\s*['"]([\w.-]+)['"]/m.exec(text)?.[1];
  return /<version>\s*([\w.-]+)\s*<\/version>/.exec(ownPart(text))?.[1];
}

function buildStage(
  { tool, module, wrapper, root }: JavaProject,
  product: Product,
  version: ChosenVersion,
): ImageStage {
  const inModule = module === '' ? '' : `cd ${module} && `;
  const cache = tool === 'maven' ? 'type=cache,target=/root/.m2' : 'type=cache,target=/root/.gradle';
  const command =
    tool === 'maven'
      ? `mvn --batch-mode --no-transfer-progress ${module === '' ? '' : `--projects ${module} --also-make `}${product.goals}`
      : `${wrapper === undefined ? 'gradle' : 'sh ./gradlew'} --no-daemon ${module === '' ? '' : `:${module.replaceAll('/', ':')}:`}${product.goals}`;
  const take = inModule === '' ? product.take : `(${inModule}${product.take})`;
  return {
    name: 'build',
    base:
      tool === 'maven'
        ? `maven:3.9-eclipse-temurin-${version.version}`
        : wrapper === undefined
          ? `gradle:8-jdk${version.version}`
          : `eclipse-temurin:${version.version}-jdk`,
    comment: `Java ${version.version}: ${version.evidence}`,
    steps: [
      { kind: 'workdir', path: '/src' },
      {
        kind: 'copy',
        comment: `The sources of ${root === '' ? 'the repository' : root}, without what .dockerignore leaves out`,
        sources: ['.'],
        destination: '.',
      },
      {
        kind: 'run',
        comment:
          'What is downloaded stays in a cache of the build machine, so that a changed source downloads nothing again. Tests belong to the pipeline, not to the image',
        mounts: [cache],
        commands: [command, take],
      },
    ],
  };
}

function shippedStage(place: Place, product: Product, version: ChosenVersion, work: string | undefined): ImageStage {
  return {
    name: undefined,
    base: `eclipse-temurin:${version.version}-jre${place.choices.base === 'alpine' ? '-alpine' : ''}`,
    comment: 'The image that ships: the runtime without the compiler, and what was built',
    steps: [
      { kind: 'workdir', path: '/app' },
      ...product.copies.map(
        ({ from, to }): Step => ({ kind: 'copy', from: 'build', sources: [from], destination: to }),
      ),
      ...(work === undefined
        ? []
        : [
            {
              kind: 'run' as const,
              comment: 'What the program writes by relative names: in Kubernetes a volume is mounted there',
              commands: [`install -d -o ${user} -g ${user} ${work}`],
            },
            { kind: 'workdir' as const, path: work },
          ]),
    ],
  };
}

/** Spring Boot writes one JSON object a line when it is told to, from 3.4 on; a logback configuration of the project's own decides itself. */
function structuredLogs({ text }: JavaProject): Readonly<Record<string, string>> {
  const release = springBootRelease(text);
  const knows = release !== undefined && !isBefore(release, 3, 4);
  return knows ? { LOGGING_STRUCTURED_FORMAT_CONSOLE: 'logstash' } : {};
}

/** A number that the image has no user for. */
const user = 10001;

function runOf(
  project: JavaProject,
  product: Product,
  { port, read }: JavaPort,
  health: RunPlan['health'],
  work: WritablePath | undefined,
): RunPlan {
  const { framework } = project;
  const probes =
    framework?.name === 'Spring Boot' && health?.live ? { MANAGEMENT_ENDPOINT_HEALTH_PROBES_ENABLED: 'true' } : {};
  return {
    command: product.command,
    commandEvidence: `${product.evidence}. ${memory} leaves a quarter of the container's memory to what is no heap`,
    port,
    environment: { ...(read ? { PORT: String(port) } : {}), ...probes, ...structuredLogs(project) },
    user,
    userEvidence: 'a number without any rights; the image has no user for programs',
    writable: [{ path: '/tmp', why: 'temporary files: uploads, and what the server unpacks' }, ...(work ? [work] : [])],
    health,
    startSeconds: 90,
    resources: { cpu: '250m', memory: '512Mi', memoryLimit: '1Gi' },
  };
}
