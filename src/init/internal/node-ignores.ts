import type { NodeFacts } from './node-facts.ts';

const nodeIgnores = [
  {
    comment: 'Installed and built in the image',
    patterns: [
      '**/node_modules',
      '**/dist',
      '**/build',
      '**/.next',
      '**/.nuxt',
      '**/.output',
      '**/.svelte-kit',
      '**/.turbo',
      '**/.cache',
      '**/*.tsbuildinfo',
    ],
  },
  {
    comment: 'Tests and their reports',
    patterns: ['**/coverage', '**/.nyc_output', '**/test-results', '**/playwright-report', '**/cypress/videos'],
  },
];

/** Directories that are build output elsewhere may be sources here: what git keeps is not left out. */
export function ignoreGroups({ place }: NodeFacts): typeof nodeIgnores {
  const isKept = (name: string) => place.repository.files.some((file) => `/${file}`.includes(`/${name}/`));
  return nodeIgnores.map(({ comment, patterns }) => ({
    comment,
    patterns: patterns.filter((pattern) => pattern.includes('*.') || !isKept(pattern.replace('**/', ''))),
  }));
}
