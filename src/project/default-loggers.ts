import type { Application, LoggerUse } from './application.ts';

/** What a framework logs with where nothing in the application sets its logger up; undefined where that is not known for certain. */
export function defaultLogger(application: Application): LoggerUse | undefined {
  if (!application.complete) return undefined;
  if (application.language === 'java') return springBoot(application);
  return application.language === 'dotnet' ? dotnetLogging(application) : undefined;
}

/** Configuration of the application's own or a library that writes JSON: what it does is not known. */
const configuredInJava =
  /logging\.config\b|logstash-logback-encoder|logback-ecs-encoder|log4j2-ecs-layout|logback-json|log4j-layout-template-json|logging\.structured/;

/** Spring Boot's own pattern: https://docs.spring.io/spring-boot/reference/features/logging.html */
function springBoot({ manifests, sourcePaths, loggers, artifact }: Application): LoggerUse | undefined {
  const manifest = [...manifests.values()].find(({ text }) => springMention.test(text));
  const found = manifest && springMention.exec(manifest.text);
  if (!manifest || !found || configuredInJava.test(manifest.text)) return undefined;
  if (loggers.some(({ library }) => /^(?:logback|log4j2)$/.test(library))) return undefined;
  if (sourcePaths.some((path) => /(?:^|\/)(?:logback|log4j2?)(?:-spring)?\.xml$/.test(path))) return undefined;
  const texts = sourcePaths.map((path) => artifact(path)?.text ?? '');
  if (texts.some((text) => configuredInJava.test(text))) return undefined;
  // A library of services has no start of its own.
  if (!texts.some((text) => /\bSpringApplication(?:Builder)?\b|\brunApplication</.test(text))) return undefined;
  return plainText('spring-boot', manifest.path, found);
}

/** What a library writes by itself, with the mention of it as its place. */
function plainText(library: string, path: string, mention: RegExpExecArray): LoggerUse {
  const range = { start: mention.index, end: mention.index + mention[0].length };
  return { library, path, range, format: 'text', destination: 'stdout' };
}

/** The parent, the bill of materials or a starter; the plug-in of Gradle. */
const springMention =
  /spring-boot-(?:starter-parent|dependencies|starter(?:-[a-z-]{1,40})?)\b|org\.springframework\.boot\b(?=["'])/;

/**
 * The version of Spring Boot, where a manifest names it, or one of the directories above, which modules of Maven and Gradle inherit from: the first
 * two numbers.
 */
export function springBootVersion(
  { directory, manifests }: Application,
  read: (path: string) => string | undefined = () => undefined,
): readonly [number, number] | undefined {
  for (const { text } of manifests.values()) {
    const named = namedVersion(text);
    if (named) return named;
  }
  const parts = directory.split('/');
  for (let depth = directory === '' ? -1 : parts.length - 1; depth >= 0; depth--)
    for (const name of ['pom.xml', 'build.gradle', 'build.gradle.kts']) {
      const named = namedVersion(read([...parts.slice(0, depth), name].join('/')) ?? '');
      if (named) return named;
    }
  return undefined;
}

function namedVersion(text: string): readonly [number, number] | undefined {
  const named =
    /<artifactId>spring-boot-(?:starter-parent|dependencies)<\/artifactId>\s{0,200}<version>(\d{1,3})\.(\d{1,3})\./.exec(
      text,
    ) ??
    /org\.springframework\.boot["']\)?\s{1,20}version\s{0,20}\(?["'](\d{1,3})\.(\d{1,3})\./.exec(text) ??
    /org\.springframework\.boot:spring-boot-(?:gradle-plugin|dependencies):(\d{1,3})\.(\d{1,3})\./.exec(text);
  return named ? [Number(named[1]), Number(named[2])] : undefined;
}

/** The console of the default host: https://learn.microsoft.com/dotnet/core/extensions/logging-providers */
function dotnetLogging({ manifests, loggers, sourcePaths, artifact }: Application): LoggerUse | undefined {
  const manifest = [...manifests.values()].find(({ path }) => /\.\w+proj$/.test(path));
  const sdk = manifest && /Microsoft\.NET\.Sdk\.(?:Web|Worker)/.exec(manifest.text);
  if (!manifest || !sdk || loggers.length > 0 || /Serilog|NLog|log4net/i.test(manifest.text)) return undefined;
  if (sourcePaths.some((path) => /ClearProviders|UseSerilog|UseNLog|log4net/.test(artifact(path)?.text ?? '')))
    return undefined;
  return plainText('Microsoft.Extensions.Logging', manifest.path, sdk);
}
