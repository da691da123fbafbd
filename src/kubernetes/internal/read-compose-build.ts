import type { ComposeBuild } from '../compose.ts';
import { expandDefaults } from '../compose-text.ts';
import { projectPath } from '../project-path.ts';
import { at, entriesAt, scalarAt, scalarsAt, textAt, type YamlNode } from '../yaml-node.ts';

/** A service's `build`, in its short and its long form. `directory` is that of the file that writes it. */
export function readComposeBuild(node: YamlNode | undefined, directory: string): ComposeBuild | undefined {
  if (!node || (node.kind === 'scalar' && node.value === null) || node.kind === 'sequence') return undefined;
  const contextNode = node.kind === 'scalar' ? node : scalarAt(node, 'context');
  const dockerfileNode = scalarAt(node, 'dockerfile');
  const context = contextNode?.text ?? '.';
  const dockerfile = dockerfileNode?.text ?? 'Dockerfile';
  const contextPath = localPath(directory, context);
  const inline = at(node, 'dockerfile_inline') !== undefined;
  return {
    node,
    context,
    contextNode,
    contextPath,
    dockerfile,
    dockerfileNode,
    dockerfilePath: contextPath === undefined || inline ? undefined : localPath(contextPath, dockerfile),
    target: textAt(node, 'target'),
    args: readArguments(at(node, 'args')),
    tags: scalarsAt(node, 'tags').map((tag) => tag.text),
  };
}

/** A path of the project, or undefined for what lies elsewhere: a URL, an unknown variable, a path that leads outside. */
export function localPath(directory: string, written: string): string | undefined {
  const { text, complete } = expandDefaults(written);
  if (!complete || text.includes('://') || /^[\w.-]+@[\w.-]+:/.test(text)) return undefined;
  if (/^(?:github|gitlab|bitbucket)\.(?:com|org)\//.test(text)) return undefined;
  return projectPath(directory, text);
}

/** `args` and the like: a map, or a list of `NAME=value` and `NAME`. */
export function readArguments(node: YamlNode | undefined): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const { key, value } of entriesAt(node))
    if (value.kind === 'scalar') found.set(key.text, value.value === null ? undefined : value.text);
  for (const { text } of scalarsAt(node)) {
    const equals = text.indexOf('=');
    if (equals === -1) found.set(text, undefined);
    else found.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return found;
}
