import type { Artifact } from '../../core/artifact.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import { readYaml } from '../../kubernetes/read-yaml.ts';
import { textAt, type YamlNode, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { type ReadName, scalarName } from './yaml-name.ts';

/** Deeper is no pipeline that a person wrote. */
const maximumDepth = 30;

/** Below these an `image` is what a step builds, a machine, or a variable. */
const othersNames = new Set([
  'with',
  'env',
  'environment',
  'variables',
  'parameters',
  'inputs',
  'machine',
  'pool',
  'matrix',
  'vm',
]);

/**
 * The images that pipelines run their jobs in: GitHub, GitLab, CircleCI, Azure, Bitbucket, Drone, Woodpecker, Cirrus, Cloud Build, Jenkins and Earthly, as far as
 * they are written there.
 */
export function ciImages({ otherFiles, artifacts }: Project): readonly ReadName[] {
  return otherFiles.flatMap(({ path, kind }) => {
    const artifact = kind === 'ci' ? artifacts.get(path) : undefined;
    if (artifact === undefined) return [];
    if (/(?:^|\/)Jenkinsfile$/.test(path)) return namesInText(artifact, jenkinsNames);
    if (/(?:^|\/)Earthfile$/.test(path)) return namesInText(artifact, earthlyNames);
    const cloudBuild = /(?:^|\/)cloudbuild\.ya?ml$/.test(path);
    return readYaml(artifact).documents.flatMap(({ root }) => imagesBelow(artifact, root, undefined, cloudBuild, 0));
  });
}

function imagesBelow(
  artifact: Artifact,
  node: YamlNode,
  key: string | undefined,
  cloudBuild: boolean,
  depth: number,
): ReadName[] {
  if (depth > maximumDepth || node.kind === 'scalar') return [];
  if (node.kind === 'sequence')
    return node.items.flatMap((item) => [
      // GitLab and Bitbucket list the services by their images.
      ...(key === 'services' && item.kind === 'scalar' ? named(artifact, item) : []),
      ...(key === 'services' && item.kind === 'map' ? nameOf(artifact, item) : []),
      ...(cloudBuild && key === 'steps' ? nameOf(artifact, item) : []),
      ...imagesBelow(artifact, item, undefined, cloudBuild, depth + 1),
    ]);
  return node.entries.flatMap(({ key: { text }, value }): ReadName[] => {
    if (othersNames.has(text)) return [];
    if (value.kind === 'scalar') return scalarIn(artifact, text, value);
    return [
      ...(text === 'image' && value.kind === 'map' ? nameOf(artifact, value) : []),
      ...imagesBelow(artifact, value, text, cloudBuild, depth + 1),
    ];
  });
}

function scalarIn(artifact: Artifact, key: string, value: YamlScalar): ReadName[] {
  if (value.text.startsWith('docker://')) return named(artifact, value, 'docker://');
  if (key === 'image') return named(artifact, value);
  // A word alone is the name of a container that the file defines.
  return key === 'container' && /[:/]/.test(value.text) ? named(artifact, value) : [];
}

function nameOf(artifact: Artifact, map: YamlNode): ReadName[] {
  if (map.kind !== 'map' || textAt(map, 'name') === undefined) return [];
  const name = map.entries.find(({ key }) => key.text === 'name')?.value;
  return name?.kind === 'scalar' ? named(artifact, name) : [];
}

function named(artifact: Artifact, scalar: YamlScalar, before = ''): ReadName[] {
  const read = scalarName(scalar, { artifact, kind: 'CI', ships: false, before });
  // Much that is called an image is none, and pipelines are full of variables.
  return read.kind === 'name' ? [read] : [];
}

/** `agent { docker { image 'node:20' } }`, `docker.image('node:20')`, `containerTemplate(image: 'node:20')`. */
const jenkinsNames = /\bimage\s*(?:\(\s*|:\s*)?(['"])([^'"$\n]{1,300})\1/g;

/** `FROM node:20`; not `FROM +target`. */
const earthlyNames = /^[ \t]*(FROM)[ \t]+(?:--[^ \t\n]+[ \t]+)*([A-Za-z0-9][^ \t\r\n$+]{0,300})(?=\s|$)/gm;

function namesInText({ path, text: content }: Artifact, pattern: RegExp): ReadName[] {
  return [...content.matchAll(pattern)].flatMap((match): ReadName[] => {
    const [whole, , text = ''] = match;
    if (text === 'DOCKERFILE' || parseImageReference(text) === undefined) return [];
    const start = match.index + whole.lastIndexOf(text);
    const range = { start, end: start + text.length };
    const place = { path, range, kind: 'CI', text, ships: false } as const;
    return [{ kind: 'name', name: { place, rewrite: (to) => [{ path, range, replacement: to }] } }];
  });
}
