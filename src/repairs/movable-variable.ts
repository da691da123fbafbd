import { literalPattern } from '../core/literal-pattern.ts';
import type { Container, EnvVariable } from '../kubernetes/workload.ts';
import type { Project } from '../project/project.ts';
import { twinsOf } from './secret-files.ts';

/** A variable of a container with a literal value. */
export interface LiteralVariable {
  readonly container: Container;
  readonly variable: EnvVariable;
}

/** Nothing else gives the variable a value: `value` and `valueFrom` together are refused. */
export function isMovable(project: Project, { container, variable }: LiteralVariable): boolean {
  const { workload } = container;
  const { nameNode, value, node, name } = variable;
  if (!nameNode || !value || value.path !== nameNode.path || value.derived || node.path !== value.path) return false;
  if (container.env.filter((each) => each.name === name).length > 1 || showsValue(project, value)) return false;
  const isHere = (other: EnvVariable) =>
    other.nameNode?.path === nameNode.path && other.nameNode.range.start === nameNode.range.start;
  for (const twin of twinsOf(project, workload))
    for (const other of twin.allContainers.flatMap(({ env }) => env).filter(isHere))
      if (other.from || other.value?.path !== value.path || other.value.range.start !== value.range.start) return false;
  return workload.object.origin.kind !== 'kustomize' || !isPatched(project, name, value.path);
}

/** A comment behind the value that repeats it would go on showing it. */
export function showsValue(
  project: Project,
  { path, range, text }: { path: string; range: { end: number }; text: string },
) {
  const rest = project.artifacts.get(path)?.text.slice(range.end).split('\n', 1)[0] ?? '';
  return text.length > 3 && rest.includes(text);
}

/** True when a file that is no resource by itself, a patch or a kustomization, names the variable. */
export function isPatched(project: Project, name: string, own: string): boolean {
  const declaring = new Set(project.objects.map(({ path }) => path));
  return [...project.artifacts.values()].some(
    ({ path, text }) =>
      path !== own &&
      !declaring.has(path) &&
      /(?:\.ya?ml|\.json|(?:^|\/)Kustomization)$/.test(path) &&
      new RegExp(`(?<![\\w.-])${literalPattern(name)}(?![\\w.-])`).test(text),
  );
}
