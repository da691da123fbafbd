import type { Place } from '../detector.ts';
import { baseName, directoryOf, join, placeIn } from '../repository.ts';
import { ownPart, withoutComments } from './markup.ts';

/** What a Maven or Gradle build of one module says of itself. */
export interface JavaProject {
  readonly tool: 'maven' | 'gradle';
  /** Base name: pom.xml, build.gradle, build.gradle.kts. */
  readonly file: string;
  readonly text: string;
  /** The root of a build of several modules, relative to the repository; the module itself otherwise. */
  readonly root: string;
  /** The module relative to the root; '' for the root itself. */
  readonly module: string;
  readonly framework:
    | {
        readonly name: 'Spring Boot' | 'Quarkus' | 'Micronaut' | 'Ktor' | 'Dropwizard' | 'Javalin';
        readonly evidence: string;
      }
    | undefined;
  readonly asked: { readonly range: string; readonly evidence: string } | undefined;
  /** Version of the Gradle that its wrapper fetches. */
  readonly wrapper: string | undefined;
  /** The jar that the build writes, when its name can be known. */
  readonly jar: string | undefined;
  readonly mainClass: { readonly name: string; readonly evidence: string } | undefined;
  /** The build packs everything into one jar. */
  readonly fat: boolean;
  readonly has: (dependency: string) => boolean;
}

const frameworks: readonly (readonly [RegExp, NonNullable<JavaProject['framework']>['name']])[] = [
  [/spring-boot-maven-plugin|org\.springframework\.boot['"]?\)?|spring-boot-starter/, 'Spring Boot'],
  [/io\.quarkus/, 'Quarkus'],
  [/io\.micronaut/, 'Micronaut'],
  [/io\.ktor/, 'Ktor'],
  [/io\.dropwizard/, 'Dropwizard'],
  [/io\.javalin/, 'Javalin'],
];

/** The build of the directory; undefined when it has none. */
export function readJavaProject(place: Place): JavaProject | undefined {
  const file = ['pom.xml', 'build.gradle', 'build.gradle.kts'].find((name) => place.has(name));
  if (file === undefined) return undefined;
  const text = withoutComments(place.read(file) ?? '');
  const root = rootOf(place, file);
  const rootText = root === place.directory ? text : (place.repository.read(join(root, file)) ?? '');
  const framework = frameworks.find(([pattern]) => pattern.test(text));
  const wrapper = /gradle-(\d[\d.]*)-/.exec(
    place.repository.read(join(root, 'gradle/wrapper/gradle-wrapper.properties')) ?? '',
  )?.[1];
  return {
    tool: file === 'pom.xml' ? 'maven' : 'gradle',
    file,
    text,
    root,
    module: root === place.directory ? '' : root === '' ? place.directory : place.directory.slice(root.length + 1),
    framework: framework && { name: framework[1], evidence: place.place(file, framework[0]) },
    asked: askedJava(place, file, text, rootText, root),
    wrapper,
    jar: file === 'pom.xml' ? mavenJar(text) : undefined,
    mainClass: findMainClass(place, file, text),
    fat: /maven-shade-plugin|maven-assembly-plugin|com\.(?:github\.johnrengel|gradleup)\.shadow/.test(text),
    has: (dependency) => text.includes(dependency) || rootText.includes(dependency),
  };
}

/** The directory above that counts this one among its modules. */
function rootOf({ repository, directory }: Place, file: string): string {
  let root = directory;
  for (let at = directory; at !== ''; ) {
    at = directoryOf(at);
    const settings = ['settings.gradle', 'settings.gradle.kts']
      .map((name) => repository.read(join(at, name)))
      .find((text) => text !== undefined);
    const above = file === 'pom.xml' ? repository.read(join(at, 'pom.xml')) : settings;
    if (
      above !== undefined &&
      (file === 'pom.xml'
        ? above.includes(`<module>${baseName(directory)}</module>`) || /<modules>/.test(above)
        : /include/.test(above))
    )
      root = at;
  }
  return root;
}

function askedJava(place: Place, file: string, text: string, rootText: string, root: string): JavaProject['asked'] {
  if (place.choices.version !== undefined) return { range: place.choices.version, evidence: '--runtime-version' };
  const patterns = [
    /<java\.version>\s*(?:1\.)?(\d+)/,
    /<maven\.compiler\.(?:release|target|source)>\s*(?:1\.)?(\d+)/,
    /<release>\s*(\d+)\s*<\/release>/,
    /<(?:target|source)>\s*(?:1\.)?(\d+)\s*</,
    /JavaLanguageVersion\.of\(\s*['"]?(\d+)/,
    /jvmToolchain\(\s*(\d+)/,
    /(?:source|target)Compatibility\s*(?:=\s*)?(?:JavaVersion\.VERSION_(?:1_)?)?['"]?(?:1\.)?(\d+)/,
    // Kotlin's own, where nothing is said of Java: its compilers of before do not run on newer ones.
    /<(?:kotlin\.compiler\.)?jvmTarget>\s*(?:1\.)?(\d+)/,
    /\bjvmTarget\s*(?:=|\.set\()\s*(?:JvmTarget\.JVM_)?["']?(?:1[._])?(\d+)/,
  ];
  for (const [path, each] of [
    [join(place.directory, file), text],
    [join(root, file), rootText],
  ] as const)
    for (const pattern of patterns) {
      const match = pattern.exec(each);
      if (match) return { range: match[1] ?? '', evidence: placeIn(path, each, match.index) };
    }
  const properties = place.repository.read(join(root, 'system.properties')) ?? '';
  const heroku = /^java\.runtime\.version\s*=\s*(?:1\.)?(\d+)/m.exec(properties);
  return heroku
    ? { range: heroku[1] ?? '', evidence: placeIn(join(root, 'system.properties'), properties, heroku.index) }
    : undefined;
}

/** `target/<finalName>.jar`, or by artifact and version, when both are written out. */
function mavenJar(text: string): string | undefined {
  const own = ownPart(text);
  const kind = /<packaging>\s*(war|jar)\s*</.exec(own)?.[1] ?? 'jar';
  const finalName = /<finalName>\s*([\w.-]+)\s*</.exec(text)?.[1];
  if (finalName !== undefined) return `${finalName}.${kind}`;
  const artifact = /<artifactId>\s*([\w.-]+)\s*</.exec(own)?.[1];
  const version = /<version>\s*([\w.-]+)\s*</.exec(own)?.[1] ?? /<version>\s*([\w.-]+)\s*</.exec(parentOf(text))?.[1];
  return artifact !== undefined && version !== undefined ? `${artifact}-${version}.${kind}` : undefined;
}

function parentOf(text: string): string {
  const from = text.indexOf('<parent>');
  return from === -1 ? '' : text.slice(from, Math.max(from, text.indexOf('</parent>', from)));
}

/** Source sets of Kotlin that are compiled for browsers, telephones or machines, and not for a JVM. */
const otherTargets = /(?:^|\/)src\/(?:js|wasm|native|ios|macos|tvos|watchos|linux|mingw|android)\w*Main\//;

function findMainClass(place: Place, file: string, text: string): JavaProject['mainClass'] {
  const written = /<mainClass>\s*([\w.$]+)\s*<|mainClass(?:Name)?\s*(?:(?:=|\.set\()\s*)?\(?['"]([\w.$]+)['"]/.exec(
    text,
  );
  const name = written?.[1] ?? written?.[2];
  if (name !== undefined) return { name, evidence: placeIn(join(place.directory, file), text, written?.index ?? 0) };
  const found = place.sources().flatMap(({ path, text: source }) => {
    if (otherTargets.test(path) || /(?:^|\/)\.mvn\//.test(path)) return [];
    const at = source.search(/public\s+static\s+void\s+main\s*\(|^fun main\(/m);
    if (at === -1) return [];
    const packageName = /^package\s+([\w.]+)/m.exec(source)?.[1];
    const own = baseName(path).replace(/\.(?:java|kt)$/, path.endsWith('.kt') ? 'Kt' : '');
    return [{ name: packageName ? `${packageName}.${own}` : own, evidence: placeIn(path, source, at) }];
  });
  return found.length === 1 ? found[0] : undefined;
}
