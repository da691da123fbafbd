import type { Artifact } from '../core/artifact.ts';
import type { BuildDefinition, BuildFile } from './build-file.ts';
import { directoryOf, projectPath } from './project-path.ts';
import { readYaml } from './read-yaml.ts';
import { at, entriesAt, itemsAt, scalarAt, textAt, type YamlNode } from './yaml-node.ts';

/**
 * Reads what a skaffold file builds from Dockerfiles, in its profiles too: https://skaffold.dev/docs/references/yaml/. What is
 * built in another way (Jib, Buildpacks, ko, a script) has its names only. Never throws.
 */
export function readSkaffold(artifact: Artifact): BuildFile {
  const { documents, problems } = readYaml(artifact);
  const directory = directoryOf(artifact.path);
  const artifacts = documents
    .filter(({ root }) => textAt(root, 'apiVersion')?.startsWith('skaffold/') === true)
    .flatMap(({ root }) =>
      [root, ...itemsAt(root, 'profiles')]
        .flatMap((node) => itemsAt(node, 'build', 'artifacts'))
        .map((node) => ({ root, node })),
    );
  return {
    builds: artifacts.flatMap(({ root, node }) => readArtifact(root, node, directory)),
    otherImages: artifacts.flatMap(({ node }) => (hasOtherBuilder(node) ? (textAt(node, 'image') ?? []) : [])),
    problems,
  };
}

const otherBuilders = ['jib', 'buildpacks', 'ko', 'custom', 'bazel'];

function hasOtherBuilder(node: YamlNode): boolean {
  return otherBuilders.some((builder) => at(node, builder));
}

function readArtifact(root: YamlNode | undefined, node: YamlNode, directory: string): BuildDefinition[] {
  const image = scalarAt(node, 'image');
  if (!image || hasOtherBuilder(node)) return [];
  const builder = at(node, 'docker') ?? at(node, 'kaniko');
  const contextPath = projectPath(directory, textAt(node, 'context') ?? textAt(node, 'workspace') ?? '.');
  const dockerfile = textAt(builder, 'dockerfile') ?? 'Dockerfile';
  const args = new Map<string, string | undefined>();
  for (const { key, value } of entriesAt(builder, 'buildArgs'))
    args.set(
      key.text,
      value.kind === 'scalar' && value.value !== null && !value.text.includes('{{') ? value.text : undefined,
    );
  return [
    {
      name: image.text,
      images: [image.text],
      contextPath,
      dockerfilePath: contextPath === undefined ? undefined : projectPath(contextPath, dockerfile),
      target: textAt(builder, 'target'),
      args,
      place: image,
      sources: builder ? [builder] : [],
      root,
    },
  ];
}
