/**
 * Groups of artifacts whose archives carry no coordinates, as Gradle and Ant pack them, and whose manifests name no group either: advisories are found by
 * it. A name alone is no proof: classes of the folder have to be in the archive, or its manifest names who made it. As at https://repo1.maven.org/maven2/.
 */
interface Family {
  readonly group: string;
  readonly artifact: RegExp;
  /** Any of these folders: those that an artifact has for itself, never one that an application brings along. */
  readonly classes: string | readonly string[] | ((artifact: string) => readonly string[]);
  /** `Implementation-Vendor` of archives without classes. */
  readonly vendor?: string;
  /** Where a group was renamed between two major versions. */
  readonly since?: number;
  readonly before?: number;
}

/** Those of Spring's artifacts whose folder has another name than they. */
const springNames: Readonly<Record<string, string>> = {
  'spring-aspects': 'beans',
  'spring-context-support': 'mail',
  'spring-tx': 'transaction',
  'spring-webflux': 'web',
  'spring-webmvc': 'web',
  'spring-webmvc-portlet': 'web',
  'spring-websocket': 'web',
};

/** `spring-core-test` has `org/springframework/core/`. */
function springFolders(artifact: string): readonly string[] {
  if (artifact === 'spring-jcl') return ['org/apache/commons/logging/'];
  const named = Object.hasOwn(springNames, artifact) ? springNames[artifact] : undefined;
  return [`org/springframework/${named ?? artifact.split('-')[1]}/`];
}

const bootNames: Readonly<Record<string, string>> = {
  'spring-boot': 'context',
  'spring-boot-actuator': 'actuate',
  'spring-boot-actuator-autoconfigure': 'actuate',
  'spring-boot-configuration-metadata': 'configurationmetadata',
  'spring-boot-configuration-processor': 'configurationprocessor',
  'spring-boot-properties-migrator': 'context',
};

/**
 * `spring-boot-test-autoconfigure` has `org/springframework/boot/test/`. An application that was packed to be run has `org/springframework/boot/loader/`,
 * whatever it is called: https://docs.spring.io/spring-boot/specification/executable-jar/nested-jars.html
 */
function bootFolders(artifact: string): readonly string[] {
  const named = Object.hasOwn(bootNames, artifact) ? bootNames[artifact] : undefined;
  return [`org/springframework/boot/${named ?? artifact.split('-')[2]}/`];
}

const tomcatFolders = ['catalina', 'coyote', 'el', 'jasper', 'juli', 'naming', 'tomcat'].map(
  (name) => `org/apache/${name}/`,
);

const families: readonly Family[] = [
  {
    group: 'org.springframework',
    artifact:
      /^spring-(?:aop|aspects|beans|context(?:-support|-indexer)?|core(?:-test)?|expression|instrument|jcl|jdbc|jms|messaging|orm|oxm|r2dbc|test|tx|web|webflux|webmvc|webmvc-portlet|websocket)$/,
    classes: springFolders,
  },
  {
    group: 'org.springframework.boot',
    // Of the loader's, those alone that are published: its classes are in every application that can be run.
    artifact: /^spring-boot(?:-(?!loader)[a-z0-9-]+|-loader(?:-classic|-tools)?)?$/,
    classes: bootFolders,
  },
  ...(['security', 'session', 'kafka', 'integration', 'amqp', 'graphql', 'ldap'] as const).map((name) => ({
    group: `org.springframework.${name}`,
    artifact: new RegExp(`^spring-${name}(?:-[a-z0-9-]+)?$`),
    classes: `org/springframework/${name}/`,
  })),
  { group: 'io.micrometer', artifact: /^micrometer-[a-z0-9-]+$/, classes: 'io/micrometer/' },
  { group: 'io.projectreactor', artifact: /^reactor-core$/, classes: 'reactor/' },
  { group: 'io.projectreactor.netty', artifact: /^reactor-netty(?:-[a-z-]+)?$/, classes: 'reactor/netty/' },
  { group: 'org.jetbrains.kotlin', artifact: /^kotlin-[a-z0-9-]+$/, classes: 'kotlin/', vendor: 'JetBrains' },
  { group: 'org.jetbrains.kotlinx', artifact: /^kotlinx-[a-z0-9-]+$/, classes: 'kotlinx/' },
  { group: 'com.squareup.okhttp3', artifact: /^(?:okhttp(?:-[a-z-]+)?|logging-interceptor)$/, classes: 'okhttp3/' },
  { group: 'com.squareup.okio', artifact: /^okio(?:-[a-z]+)?$/, classes: 'okio/' },
  { group: 'org.ow2.asm', artifact: /^asm(?:-[a-z]+)?$/, classes: 'org/objectweb/asm/', since: 5 },
  {
    group: 'org.apache.tomcat.embed',
    artifact: /^tomcat-embed-(?:core|el|jasper|logging-juli|logging-log4j|programmatic|websocket)$/,
    classes: tomcatFolders,
  },
  {
    group: 'org.apache.tomcat',
    artifact:
      /^tomcat-(?:api|catalina(?:-ant|-ha|-jmx-remote|-ws)?|coyote(?:-ffm)?|dbcp|jasper(?:-el)?|jdbc|jni|juli(?:-adapters)?|ssi|storeconfig|tribes|util(?:-scan)?|websocket)$/,
    classes: tomcatFolders,
  },
  {
    group: 'org.bouncycastle',
    artifact: /^bc(?:prov|pkix|util|pg|tls|mail|jmail)-(?:ext-)?jdk[a-z0-9]+$/,
    classes: 'org/bouncycastle/',
  },
  { group: 'org.postgresql', artifact: /^postgresql$/, classes: 'org/postgresql/' },
  { group: 'org.apache.kafka', artifact: /^(?:kafka-[a-z-]+|connect-[a-z-]+)$/, classes: 'org/apache/kafka/' },
  { group: 'io.grpc', artifact: /^grpc-[a-z-]+$/, classes: 'io/grpc/' },
  {
    group: 'com.github.ben-manes.caffeine',
    artifact: /^(?:caffeine|guava|jcache|simulator)$/,
    classes: 'com/github/benmanes/caffeine/',
  },
  {
    group: 'org.hibernate.common',
    artifact: /^hibernate-commons-annotations$/,
    classes: 'org/hibernate/annotations/common/',
  },
  { group: 'org.hibernate.orm', artifact: /^hibernate-[a-z-]+$/, classes: 'org/hibernate/', since: 6 },
  { group: 'org.hibernate', artifact: /^hibernate-[a-z-]+$/, classes: 'org/hibernate/', before: 6 },
  { group: 'org.apache.groovy', artifact: /^groovy(?:-[a-z0-9-]+)?$/, classes: 'groovy/', since: 4 },
  { group: 'org.codehaus.groovy', artifact: /^groovy(?:-[a-z0-9-]+)?$/, classes: 'groovy/', before: 4 },
  { group: 'org.apache.lucene', artifact: /^lucene-[a-z0-9-]+$/, classes: 'org/apache/lucene/' },
  { group: 'org.dom4j', artifact: /^dom4j$/, classes: 'org/dom4j/', since: 2 },
  { group: 'org.jdom', artifact: /^jdom2$/, classes: 'org/jdom2/' },
  { group: 'io.reactivex.rxjava3', artifact: /^rxjava$/, classes: 'io/reactivex/rxjava3/', since: 3 },
  { group: 'io.reactivex.rxjava2', artifact: /^rxjava$/, classes: 'io/reactivex/', before: 3, since: 2 },
  { group: 'org.quartz-scheduler', artifact: /^quartz(?:-jobs)?$/, classes: 'org/quartz/' },
  { group: 'org.freemarker', artifact: /^freemarker$/, classes: 'freemarker/' },
  { group: 'org.apache.tomcat', artifact: /^tomcat-annotations-api$/, classes: 'jakarta/annotation/' },
  { group: 'xerces', artifact: /^xercesImpl$/, classes: 'org/apache/xerces/' },
  { group: 'org.lz4', artifact: /^lz4-(?:java|pure-java)$/, classes: 'net/jpountz/' },
  { group: 'org.checkerframework', artifact: /^checker-[a-z-]+$/, classes: 'org/checkerframework/' },
  { group: 'org.jetbrains', artifact: /^annotations$/, classes: 'org/jetbrains/annotations/' },
  { group: 'io.perfmark', artifact: /^perfmark-[a-z-]+$/, classes: 'io/perfmark/' },
  { group: 'org.reactivestreams', artifact: /^reactive-streams$/, classes: 'org/reactivestreams/' },
  { group: 'com.mysql', artifact: /^mysql-connector-j$/, classes: 'com/mysql/' },
];

/** What is looked at of an archive: the folders of its classes, `org/springframework/` among them, and its manifest's vendor. */
export interface ArchiveContent {
  readonly folders: ReadonlySet<string>;
  readonly vendor: string | undefined;
}

/** The group of an artifact that is known; undefined for those that are not. */
export function knownGroup(artifact: string, version: string, content: ArchiveContent): string | undefined {
  const major = Number(/^\d{1,6}/.exec(version)?.[0] ?? Number.NaN);
  return families.find(
    ({ artifact: name, classes, vendor, since = 0, before = Number.POSITIVE_INFINITY }) =>
      name.test(artifact.slice(0, 200)) &&
      (foldersOf(classes, artifact).some((folder) => content.folders.has(folder)) ||
        (vendor !== undefined && vendor === content.vendor)) &&
      major >= since &&
      major < before,
  )?.group;
}

function foldersOf(classes: Family['classes'], artifact: string): readonly string[] {
  if (typeof classes === 'function') return classes(artifact);
  return typeof classes === 'string' ? [classes] : classes;
}

/** Made-up archives have endless folders. */
const maximumFolders = 5000;
const maximumDepth = 4;

/** Notes the folders of a class, from the first to the fourth; Kotlin has descriptions of classes, too. */
export function noteFolders(entry: string, folders: Set<string>): void {
  if (!/\.(?:class|kotlin_metadata)$/.test(entry.slice(-20)) || folders.size >= maximumFolders) return;
  let slash = -1;
  for (let depth = 0; depth < maximumDepth; depth++) {
    slash = entry.indexOf('/', slash + 1);
    if (slash === -1) return;
    folders.add(entry.slice(0, slash + 1));
  }
}
