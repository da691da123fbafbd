import type { Place } from '../detector.ts';
import type { RunPlan } from '../plan.ts';
import { baseName } from '../repository.ts';
import { findHealth, findPort } from './endpoints.ts';
import type { JavaProject } from './java-project.ts';

export function healthOf(place: Place, project: JavaProject): RunPlan['health'] {
  if (project.has('spring-boot-starter-actuator') || project.has('spring-boot-actuator'))
    return {
      path: '/actuator/health/readiness',
      live: '/actuator/health/liveness',
      evidence: `Spring Boot Actuator (${place.place(project.file, 'actuator')})`,
    };
  if (project.has('quarkus-smallrye-health'))
    return {
      path: '/q/health/ready',
      live: '/q/health/live',
      evidence: `SmallRye Health (${place.place(project.file, 'quarkus-smallrye-health')})`,
    };
  if (project.framework?.name === 'Micronaut' && project.has('micronaut-management'))
    return {
      path: '/health/readiness',
      live: '/health/liveness',
      evidence: place.place(project.file, 'micronaut-management'),
    };
  return project.framework?.name === 'Spring Boot' ? undefined : findHealth(place);
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
  return found ? { ...found, read, sure: true } : { port: 8080, evidence: 'no evidence', read, sure: false };
}
