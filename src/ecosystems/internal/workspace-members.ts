import type { ProjectFiles } from '../install-inputs.ts';

/**
 * The manifests of a workspace's members, as paths from its root, in order: of each pattern a directory whose last part may be `*`. Undefined where a
 * pattern is not one of these, or leads out of the workspace.
 */
export function memberManifests(
  files: ProjectFiles,
  patterns: readonly string[],
  manifest: string,
): readonly string[] | undefined {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const plain = pattern.replace(/^\.\//, '').replace(/\/$/, '');
    if (!/^(?:[\w@.-]+\/)*(?:[\w@.-]+|\*)$/.test(plain) || plain.split('/').includes('..')) return undefined;
    const form = new RegExp(`^${plain.replaceAll('.', '\\.').replace('*', '[^/]+')}/${manifest.replace('.', '\\.')}$`);
    for (const path of files.paths) if (form.test(path)) found.add(path);
  }
  return [...found].sort();
}
