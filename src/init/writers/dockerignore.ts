import type { ApplicationPlan, IgnoreGroup } from '../plan.ts';

/** What no image of any language is made of. */
const common: readonly IgnoreGroup[] = [
  {
    comment: 'History, and what only developers and pipelines use',
    patterns: [
      '.git',
      '.gitignore',
      '.gitattributes',
      '.github',
      '.gitlab-ci.yml',
      '.circleci',
      '**/.idea',
      '**/.vscode',
      '**/.DS_Store',
      '**/*.log',
    ],
  },
  {
    comment: 'What lets someone in: it is given to the container where it runs',
    patterns: ['**/.env', '**/.env.*', '!**/.env.example'],
  },
  {
    comment: 'What the build reads itself, and what runs the image',
    patterns: ['**/Dockerfile*', '**/.dockerignore', '**/docker-compose*.y*ml', '**/compose*.y*ml', '**/k8s'],
  },
];

/** The .dockerignore for the context of plans, which share it. */
export function writeDockerignore(plans: readonly ApplicationPlan[]): string {
  const groups = new Map<string, Set<string>>();
  const seen = new Set<string>();
  for (const { comment, patterns } of [...common, ...plans.flatMap(({ ignore }) => ignore)]) {
    const group = groups.get(comment) ?? new Set();
    groups.set(comment, group);
    for (const pattern of patterns)
      if (!seen.has(pattern)) {
        seen.add(pattern);
        group.add(pattern);
      }
  }
  const written = [...groups]
    .filter(([, patterns]) => patterns.size > 0)
    .map(([comment, patterns]) => `# ${comment}\n${[...patterns].join('\n')}\n`);
  return written.join('\n');
}
