import type { Finding } from '../core/finding.ts';
import { parseImageReference } from '../core/image-reference.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import type { Project } from '../project/project.ts';
import type { Subject, Subjects } from './compare-findings.ts';

/** What the findings before and after a round are about. */
export function subjectsOf(before: Project, after: Project): Subjects {
  const [old, changed] = [byPath(before), byPath(after)];
  const getsStage = (path: string) =>
    (changed.get(path)?.stages.length ?? 0) > (old.get(path)?.stages.length ?? Number.MAX_SAFE_INTEGER);
  const subjectIn =
    (dockerfiles: ReadonlyMap<string, Dockerfile>) =>
    (finding: Finding): Subject | undefined => {
      const { path } = finding.locations[0];
      const dockerfile = dockerfiles.get(path);
      if (dockerfile === undefined) return undefined;
      return imageAt(dockerfile, finding) ?? (getsStage(path) ? installAt(dockerfile, finding) : undefined);
    };
  return { before: subjectIn(old), after: subjectIn(changed) };
}

function byPath({ dockerfiles }: Project): ReadonlyMap<string, Dockerfile> {
  return new Map(dockerfiles.map((dockerfile) => [dockerfile.path, dockerfile]));
}

/** As written, and as it is once variables are expanded. */
function imageAt({ stages }: Dockerfile, { locations: [{ range }] }: Finding): Subject | undefined {
  const stage = stages.find(
    ({ from }) => from && range && from.range.start <= range.start && range.start < from.range.end,
  );
  if (stage?.base.kind !== 'image') return undefined;
  const { reference } = stage.base;
  const repository = parseImageReference(reference)?.repository ?? reference;
  return { kind: 'image', names: [reference, stage.from?.image?.value ?? ''], repository };
}

function installAt(dockerfile: Dockerfile, { locations: [{ range }] }: Finding): Subject | undefined {
  if (range === undefined) return undefined;
  const tools = packageCommands(dockerfile).flatMap(({ instruction, read }) =>
    instruction.range.start <= range.start && range.start < instruction.range.end && read.action.startsWith('install')
      ? read.tool
      : [],
  );
  return tools.length === 0 ? undefined : { kind: 'install', tools: [...new Set(tools)].sort().join(' ') };
}
