import { parseImageReference } from '../../core/image-reference.ts';
import type { ComposeService } from '../../kubernetes/compose.ts';
import { expandDefaults } from '../../kubernetes/compose-text.ts';
import { at, scalarAt } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { composeRule } from '../../project/rule.ts';
import { baseImageOf, externalBase, lastInstruction } from '../../project/stage-facts.ts';

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
        report({
          at: { path: condition.path, range: condition.range },
          also: [
            { ...dependency.place, note: dependency.healthcheck ? 'its check is switched off' : 'has no healthcheck' },
          ],
          message: `Service ${service.name} waits until ${name} is healthy, and ${name} has no health check.`,
        });
      }
  },
});

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
