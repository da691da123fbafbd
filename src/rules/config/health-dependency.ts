import type { Fix } from '../../core/fix.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import type { ComposeService } from '../../kubernetes/compose.ts';
import { expandDefaults } from '../../kubernetes/compose-text.ts';
import type { YamlScalar } from '../../kubernetes/yaml-node.ts';
import { at, scalarAt } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { composeRule } from '../../project/rule.ts';
import { baseImageOf, externalBase, lastInstruction } from '../../project/stage-facts.ts';
import { asks, holds, manifestFix, replaceIn, setIn } from '../../repairs/manifest-edits.ts';

export const rule = composeRule({
  severity: 'error',
  summary: 'A service waits for the health of one that has no check',
  why: 'Compose refuses to start it: the dependency «has no healthcheck configured».',
  remedy: 'Give the dependency a healthcheck, or wait with service_started.',
  peers: [],
  check({ compose, project }, { report }) {
    const services = new Map(compose.services.map((service) => [service.name, service]));
    for (const service of compose.services)
      for (const name of service.dependsOn) {
        const condition = scalarAt(at(service.node, 'depends_on', name), 'condition');
        const dependency = condition?.text === 'service_healthy' ? services.get(name) : undefined;
        if (condition === undefined || dependency === undefined || mayHaveCheck(project, dependency)) continue;
        const fix = repairOf(project, dependency, condition);
        report({
          ...(fix && { fix }),
          at: { path: condition.path, range: condition.range },
          also: [
            { ...dependency.place, note: dependency.healthcheck ? 'its check is switched off' : 'has no healthcheck' },
          ],
          message: `Service ${service.name} waits until ${name} is healthy, and ${name} has no health check.`,
        });
      }
  },
});

/** How official images are asked, with what is in them. */
const checks: Readonly<Record<string, readonly string[]>> = {
  // By address: the server that prepares the data listens on the socket only.
  postgres: ['CMD', 'pg_isready', '-h', '127.0.0.1'],
  redis: ['CMD', 'redis-cli', 'ping'],
  mysql: ['CMD', 'mysqladmin', 'ping', '-h', '127.0.0.1'],
  rabbitmq: ['CMD', 'rabbitmq-diagnostics', '-q', 'ping'],
};

/** A check for images of which one is known; else a condition that Compose can fulfil. */
function repairOf(project: Project, dependency: ComposeService, condition: YamlScalar): Fix | undefined {
  const { text } = expandDefaults(dependency.image?.text ?? '');
  const reference = dependency.build === undefined ? parseImageReference(text) : undefined;
  const name = reference && isOfficial(text) ? reference.repository.slice('library/'.length) : '';
  const test = Object.hasOwn(checks, name) ? checks[name] : undefined;
  if (test && dependency.node.kind === 'map' && !dependency.healthcheck) {
    const record = { healthcheck: { test, interval: '5s', timeout: '5s', retries: 12 } };
    const edits = setIn(project, {}, dependency.node, record);
    return manifestFix(`Ask ${dependency.name} with ${test[1]}`, edits, [
      holds(`Compose refuses the file as it is, and ${test[1]} is in the image ${name}.`),
    ]);
  }
  return manifestFix('Wait until the dependency is started', replaceIn(project, {}, condition, 'service_started'), [
    asks(
      `What waits for ${dependency.name} tries again until that answers.`,
      `Does it go on trying when ${dependency.name} does not answer yet? A healthcheck for ${dependency.name} is better.`,
    ),
  ]);
}

/** True also where the image may have one that is not seen here. */
function mayHaveCheck(project: Project, service: ComposeService): boolean {
  if (service.healthcheck) return !service.healthcheck.disabled;
  if (service.partial) return true;
  if (service.build === undefined) {
    const { text, complete } = expandDefaults(service.image?.text ?? '');
    return !complete || !isOfficial(text);
  }
  const build = project.builds.find(({ runBy }) =>
    runBy.some((use) => use.kind === 'service' && use.service === service),
  );
  if (build?.stage === undefined) return true;
  const check = lastInstruction(build.stage, 'HEALTHCHECK');
  if (check) return check.check.kind !== 'none';
  const base = externalBase(build.stage);
  if (base.kind === 'scratch') return false;
  return !isOfficial(baseImageOf(build.stage).reference?.text ?? '');
}

/** Docker's official images have no HEALTHCHECK, on principle. https://github.com/docker-library/faq#healthcheck */
function isOfficial(image: string): boolean {
  const reference = parseImageReference(image);
  return reference?.registry === 'docker.io' && reference.repository.startsWith('library/');
}
