import { baseImage } from '../bases/base-image.ts';
import type { Fix } from '../core/fix.ts';
import type { Container, Workload } from '../kubernetes/workload.ts';
import { buildRunBy } from '../project/container-builds.ts';
import { type Amounts, areWithinLimitRanges } from '../project/limit-ranges.ts';
import type { Project } from '../project/project.ts';
import { baseImageOf } from '../project/stage-facts.ts';
import { asks, manifestFix, setIn, together } from './manifest-edits.ts';

/** What a container of a kind commonly gets when nobody has measured it yet. */
interface Suggestion {
  readonly name: string;
  readonly cpu: string;
  readonly memory: string;
  readonly memoryLimit: string;
}

const native: Suggestion = { name: 'a compiled program', cpu: '50m', memory: '64Mi', memoryLimit: '128Mi' };
const interpreted: Suggestion = { name: 'an interpreted program', cpu: '100m', memory: '128Mi', memoryLimit: '512Mi' };
const virtualMachine: Suggestion = { name: 'a Java or .NET program', cpu: '250m', memory: '512Mi', memoryLimit: '1Gi' };
const store: Suggestion = { name: 'a database', cpu: '250m', memory: '256Mi', memoryLimit: '1Gi' };
const unknown: Suggestion = { name: 'a program of unknown kind', cpu: '100m', memory: '128Mi', memoryLimit: '512Mi' };

const byRuntime: Readonly<Record<string, Suggestion>> = {
  go: native,
  rust: native,
  nginx: native,
  caddy: native,
  node: interpreted,
  python: interpreted,
  ruby: interpreted,
  php: interpreted,
  java: virtualMachine,
  'java-runtime': virtualMachine,
  dotnet: virtualMachine,
  postgres: store,
  mysql: store,
  mariadb: store,
  mongo: store,
  elasticsearch: { ...store, memory: '1Gi', memoryLimit: '2Gi' },
};

function suggestionFor(project: Project, container: Container): Suggestion {
  const stage = buildRunBy(project, container)?.stage;
  const image = stage ? baseImageOf(stage) : baseImage(container.imageReference?.text ?? '');
  const name = image.runtime?.name ?? '';
  return Object.hasOwn(byRuntime, name) ? (byRuntime[name] ?? unknown) : unknown;
}

export type MissingResource = 'memory limit' | 'memory request' | 'CPU request' | 'CPU limit';

/** Adds the resources that containers lack, in amounts that are a first guess for their kind of program. */
export function suggestResources(
  project: Project,
  workload: Workload,
  containers: readonly { readonly container: Container; readonly missing: readonly MissingResource[] }[],
): Fix | undefined {
  const edits = together(
    containers.map(({ container, missing }) => {
      const amounts = resourcesFor(project, container, missing);
      if (amounts === undefined || !areWithinLimitRanges(project, workload.object, amounts)) return undefined;
      const { requests, limits } = amounts;
      const resources = {
        ...(Object.keys(requests).length > 0 && { requests }),
        ...(Object.keys(limits).length > 0 && { limits }),
      };
      return setIn(project, workload.object, container.node, { resources });
    }),
  );
  const assumptions = containers.map(({ container }) => {
    const { name } = suggestionFor(project, container);
    return asks(
      `The amounts suggested for ${name} fit ${container.name}.`,
      `What does ${container.name} use on a busy day (kubectl top pod --containers)? Above its memory limit it is killed; the amounts are a first guess.`,
    );
  });
  return manifestFix('Suggest resources, to be corrected by what is measured', edits, assumptions);
}

function resourcesFor(
  project: Project,
  container: Container,
  missing: readonly MissingResource[],
): Amounts | undefined {
  const suggested = suggestionFor(project, container);
  const { requests: known } = container.resources;
  const requests: Record<string, string> = {};
  const limits: Record<string, string | number> = {};
  if (missing.includes('CPU request')) requests.cpu = suggested.cpu;
  if (missing.includes('memory request')) requests.memory = suggested.memory;
  if (missing.includes('CPU limit')) {
    const asked = known.get('cpu')?.amount;
    limits.cpu = asked === undefined || asked <= 0.5 ? 1 : Math.ceil(asked * 2);
  }
  if (missing.includes('memory limit')) {
    const asked = known.get('memory');
    const limit = asked === undefined ? suggested.memoryLimit : doubled(asked.node.text);
    if (limit === undefined) return undefined;
    limits.memory = limit;
  }
  return { requests, limits };
}

/** Twice an amount that is written as a whole number with a unit; undefined for other forms. */
function doubled(amount: string): string | undefined {
  const match = /^(\d{1,12})([KMGT]i?|k)?$/.exec(amount);
  return match ? `${Number(match[1]) * 2}${match[2] ?? ''}` : undefined;
}
