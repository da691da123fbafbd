import type { Command } from '../command.ts';

export const command: Command = {
  name: 'ci',
  summary: 'Write the pipeline that audits a repository, builds its images and looks into them',
  arguments: 'init github|gitlab [PATH]',
  description:
    'Reads the image builds of a repository (default: this directory, its root) and writes a workflow for GitHub Actions or jobs for GitLab: audit of\neach pull request, image build with cache, the scanners named, all of it in one report with one gate. A later run brings a newer version;\nwhat you changed by hand is recognised and left alone, regions between «# plimsoll:keep» and «# plimsoll:end» are kept. A run without\nchoices takes those of the last one.',
  flags: [
    {
      name: 'scanner',
      value: 'NAME',
      repeatable: true,
      choices: ['trivy', 'grype', 'snyk', 'clair'],
      group: 'Choices',
      description: 'Run this scanner, too, and merge what it finds; Clair is asked for pushed images',
    },
    {
      name: 'image',
      value: 'NAME',
      group: 'Choices',
      description:
        'Only the build of this image, without tag; the name of the only build. Default: all builds, by their names',
    },
    {
      name: 'out',
      value: 'FILE',
      group: 'Writing',
      description:
        'Where it goes, in the repository; default .github/workflows/plimsoll.yml, .gitlab-ci.yml or, where that is yours, .gitlab/plimsoll.yml',
    },
    { name: 'dry-run', short: 'n', group: 'Writing', description: 'Show what would be written, and write nothing' },
    { name: 'diff', group: 'Writing', description: 'Print a patch that «git apply» takes, and write nothing' },
    { name: 'check', group: 'Writing', description: 'Write nothing, and exit with 1 when something would change' },
    { name: 'force', group: 'Writing', description: 'Replace a file that was changed by hand, or that is not ours' },
    { name: 'json', group: 'Output', description: 'Print the builds and the file as JSON' },
    { name: 'quiet', short: 'q', group: 'Output', description: 'Show no progress' },
    { name: 'config', value: 'FILE', group: 'Configuration', description: 'Read this file instead of plimsoll.yaml' },
    { name: 'no-config', group: 'Configuration', description: 'Read no configuration file' },
  ],
  examples: [
    { call: 'plimsoll ci init github', meaning: 'Audit, build and a look into each image' },
    {
      call: 'plimsoll ci init github --scanner trivy --scanner grype',
      meaning: 'With what Trivy and Grype find, in one report',
    },
    { call: 'plimsoll ci init gitlab --image registry.example/shop/web', meaning: 'For GitLab, one image' },
    { call: 'plimsoll ci init github --check', meaning: 'In a pipeline: 1 when the file is not up to date' },
  ],
  async run(parsed, terminal) {
    const { performCi } = await import('../perform-ci.ts');
    return performCi(parsed, terminal);
  },
};
