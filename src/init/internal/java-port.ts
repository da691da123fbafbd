import type { Place } from '../detector.ts';
import type { Question, RunPlan } from '../plan.ts';
import { baseName, placeIn } from '../repository.ts';
import { findHealth, findPort } from './endpoints.ts';
import type { JavaProject } from './java-project.ts';
import { isBefore, springBootRelease } from './spring-version.ts';

/** Where health checks are asked, and what is left to ask when a setting moves them where it is not known. */
export interface JavaHealth {
  readonly health: RunPlan['health'];
  readonly questions: readonly Question[];
}

export function healthOf(place: Place, project: JavaProject): JavaHealth {
  const moves = movesOf(project);
  if (moves === undefined)
    return { health: project.framework?.name === 'Spring Boot' ? undefined : findHealth(place), questions: [] };
  const { file } = project;
  const evidence = `${moves.of} (${place.place(file, moves.artifact)})`;
  const settings = javaSettings(place);
  const prefix = literalPath(settings, moves.prefix, '');
  const base = literalPath(settings, moves.base, moves.usual);
  const moved = settings.find(({ key }) => moves.elsewhere.test(key));
  if (prefix === undefined || base === undefined || moved !== undefined) {
    const doubt = moved ?? settings.find(({ key }) => moves.prefix.test(key) || moves.base.test(key));
    const question = `Under which path and port does the program answer health checks? ${doubt?.evidence ?? file} moves them, so only its port is asked.`;
    return { health: undefined, questions: [{ question, flag: undefined, assumed: undefined }] };
  }
  const path = (name: string) => `${prefix}${base}/${name}`;
  const { live } = moves;
  return { health: { path: path(moves.ready), ...(live && { live: path(live) }), evidence }, questions: [] };
}

interface Moves {
  readonly of: string;
  readonly artifact: string;
  /** Settings by their relaxed name: without hyphens, in lower case. */
  readonly prefix: RegExp;
  readonly base: RegExp;
  readonly usual: string;
  readonly elsewhere: RegExp;
  readonly ready: string;
  /** Undefined where one path tells of both. */
  readonly live: string | undefined;
}

const never = /(?!)/;

function movesOf({ has, framework, text }: JavaProject): Moves | undefined {
  if (has('spring-boot-starter-actuator') || has('spring-boot-actuator')) {
    const release = springBootRelease(text);
    // The two groups came with 2.3, the path in front of them with 2.0.
    const together = isBefore(release, 2, 3);
    const first = isBefore(release, 2, 0);
    return {
      of: 'Spring Boot Actuator',
      artifact: 'actuator',
      prefix: /^(?:server\.(?:servlet\.)?contextpath|spring\.webflux\.basepath|spring\.mvc\.servlet\.path)$/,
      base: first ? /^management\.contextpath$/ : /^management\.endpoints\.web\.basepath$/,
      usual: first ? '' : '/actuator',
      elsewhere: first
        ? /^(?:management\.(?:port|ssl\.)|endpoints\.health\.(?:path|id))/
        : /^management\.(?:server\.(?:port|basepath|ssl\.)|endpoints\.web\.pathmapping\.health)/,
      ready: together ? 'health' : 'health/readiness',
      live: together ? undefined : 'health/liveness',
    };
  }
  if (has('quarkus-smallrye-health'))
    return {
      of: 'SmallRye Health',
      artifact: 'quarkus-smallrye-health',
      prefix: /^quarkus\.http\.rootpath$/,
      base: never,
      usual: '/q',
      elsewhere: /^quarkus\.(?:http\.nonapplicationrootpath|smallryehealth\.\w+path|management\.enabled)$/,
      ready: 'health/ready',
      live: 'health/live',
    };
  if (framework?.name === 'Micronaut' && has('micronaut-management'))
    return {
      of: 'Micronaut',
      artifact: 'micronaut-management',
      prefix: /^micronaut\.server\.contextpath$/,
      base: /^endpoints\.all\.path$/,
      usual: '',
      elsewhere: /^endpoints\.all\.port$/,
      ready: 'health/readiness',
      live: 'health/liveness',
    };
  return undefined;
}

interface JavaSetting {
  readonly key: string;
  readonly value: string;
  readonly evidence: string;
}

/** The path that the settings of a kind agree on, without a slash at its end; undefined when it is not known. */
function literalPath(settings: readonly JavaSetting[], kind: RegExp, usual: string): string | undefined {
  const found = settings.filter(({ key }) => kind.test(key));
  const [first] = found;
  if (first === undefined) return usual;
  if (found.some(({ key, value }) => key !== first.key || value !== first.value)) return undefined;
  return /^(?:\/[\w./-]*)?$/.test(first.value) ? first.value.replace(/\/+$/, '') : undefined;
}

/** What the configuration of all profiles sets, as properties and YAML write it. */
function javaSettings(place: Place): JavaSetting[] {
  return place.sources().flatMap(({ path, text }) => {
    if (!/^application(?:-\w+)?\.(?:properties|ya?ml)$/.test(baseName(path))) return [];
    const above: { readonly indent: number; readonly key: string }[] = [];
    return [...text.matchAll(/^([ \t]*)(%\w+\.)?([\w.-]+)[ \t]*[=:](?:[ \t]*(.*))?$/gm)].flatMap((match) => {
      const [, space = '', , written = '', rest = ''] = match;
      while ((above.at(-1)?.indent ?? -1) >= space.length) above.pop();
      const own = { indent: space.length, key: written.replace(/[-_]/g, '').toLowerCase() };
      const key = [...above, own].map((each) => each.key).join('.');
      const value = rest.replace(/\s#.*$/, '').trim();
      if (!path.endsWith('.properties')) above.push(own);
      const evidence = `${written} (${placeIn(path, text, match.index)})`;
      return value === '' ? [] : [{ key, value: value.replace(/^(["'])(.*)\1$/, '$2'), evidence }];
    });
  });
}

export interface JavaPort {
  readonly port: number;
  readonly evidence: string;
  readonly read: boolean;
  readonly sure: boolean;
}

export function portOf(place: Place, { framework }: JavaProject): JavaPort {
  const configuration = place
    .sources()
    .filter(({ path }) => /^application\.(?:properties|ya?ml)$/.test(baseName(path)));
  const read = [...configuration, ...place.sources()].some(({ text }) => /\$\{PORT\b|getenv\(\s*"PORT"/.test(text));
  if (place.choices.port !== undefined) return { port: place.choices.port, evidence: '--port', read, sure: true };
  for (const { path, text } of configuration) {
    const match =
      /^(?:server\.port|quarkus\.http\.port|micronaut\.server\.port)\s*[=:]\s*(?:\$\{\w+:)?(\d{2,5})/m.exec(text) ??
      /^server:\s*\n(?:[ \t]+.*\n)*?[ \t]+port:\s*(?:\$\{\w+:)?(\d{2,5})/m.exec(text);
    if (match) return { port: Number(match[1]), evidence: `${path}`, read, sure: true };
  }
  if (framework && framework.name !== 'Javalin' && framework.name !== 'Ktor')
    return { port: 8080, evidence: `the default of ${framework.name}`, read, sure: true };
  const found = findPort(place, [
    /getenv\("PORT"\)[^;]{0,60}?(\d{4,5})/,
    /\.start\(\s*(\d{2,5})\s*\)/,
    /port\s*=\s*(\d{4,5})/,
    /\b(?:Server|InetSocketAddress|ServerSocket)\([^)]{0,30}?(\d{4,5})/,
  ]);
  if (found) return { ...found, read, sure: true };
  const byDefault = framework?.name === 'Javalin' && place.sources().some(({ text }) => /\.start\(\s*\)/.test(text));
  return byDefault
    ? { port: 8080, evidence: 'the default of Javalin', read, sure: true }
    : { port: 8080, evidence: 'no evidence', read, sure: false };
}
