import type { Assumption } from '../core/fix.ts';
import { compareNumbers } from '../core/version-order.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { copiedConfigurations } from '../project/copied-configuration.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { baseImageOf, imageInstructions } from '../project/stage-facts.ts';

const statement = 'nginx removes its Unix sockets on SIGQUIT, as 1.19.1 and later do, or has none.';

/** The first release of a distribution with nginx 1.20 or later: the one before has 1.18. */
const firstWithRecent: Readonly<Record<string, string>> = { alpine: '3.14', debian: '12', ubuntu: '22.10' };

/**
 * Before 1.19.1 nginx leaves its sockets behind when it stops on SIGQUIT, and cannot listen on them again when the container is
 * restarted: https://trac.nginx.org/nginx/ticket/753
 */
export function removesSockets(project: Project, dockerfile: Dockerfile, stage: Stage): Assumption {
  if (isRecent(stage) || hasNoSockets(project, dockerfile, stage)) return { statement, state: 'holds' };
  const question =
    'Does nginx listen on a Unix socket («listen unix:…»), and is it older than 1.19.1? Then a restarted container would find the old socket and not start.';
  return { statement, state: 'unknown', question };
}

function isRecent(stage: Stage): boolean {
  const { distribution, distributionVersion } = baseImageOf(stage);
  const first = firstWithRecent[distribution];
  return first !== undefined && distributionVersion !== undefined && compareNumbers(distributionVersion, first) >= 0;
}

/** The packages' own configuration has none: it is what the file writes or copies. */
function hasNoSockets(project: Project, dockerfile: Dockerfile, stage: Stage): boolean {
  if (listens(dockerfile.text)) return false;
  const copies = imageInstructions(stage).some(
    (each) => (each.name === 'COPY' || each.name === 'ADD') && each.from === undefined,
  );
  if (!copies) return true;
  const builds = buildsOf(project, dockerfile).filter((build) => build.stage === stage);
  return (
    project.readFile !== undefined &&
    builds.length > 0 &&
    builds.every(
      (build) =>
        build.context !== undefined &&
        copiedConfigurations(project, build).every(({ artifact }) => !listens(artifact.text)),
    )
  );
}

function listens(text: string): boolean {
  return /\blisten\s+unix:/.test(text);
}
