import type { Command, CommandForm } from '../command.ts';

const init: CommandForm = {
  name: 'init',
  arguments: 'github|gitlab|jenkins|azure|kubernetes [PATH]',
  description:
    'Reads the image builds of a repository (default: this directory, its root) and writes a workflow for GitHub Actions, jobs for GitLab, a Jenkinsfile or a\npipeline for Azure: audit of each pull request with one comment of what changed, image build with cache, the scanners named, all of it in one report with one\ngate, and the weekly review. For kubernetes it writes the weekly review of a cluster as a CronJob, without the other jobs and without choices.\nA later run brings a newer version; what you changed by hand is recognised and left alone (exit code 1), regions between «plimsoll:keep» and «plimsoll:end»\nare kept. A run without choices takes those of the last one.',
  flags: [
    'scanner',
    'image',
    'prune',
    'package',
    'out',
    'dry-run',
    'diff',
    'check',
    'force',
    'json',
    'quiet',
    'config',
    'no-config',
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
};

const comment: CommandForm = {
  name: 'comment',
  arguments: '--before FILE --after FILE',
  description:
    'Compares two reports of «plimsoll audit --json» and writes what is new, fixed and hidden as the one comment of a pull or merge request of GitHub, GitLab\nor Azure: the comment that is there is changed. The request is that of the CI run, or named with --pull; the token is that in the variable\nPLIMSOLL_COMMENT_TOKEN. On GitHub, fixes of lines that the request changes become suggestions, each once.',
  flags: ['before', 'after', 'fixes', 'pull', 'dry-run', 'json', 'quiet'],
  examples: [
    {
      call: 'plimsoll ci comment --before main.json --after here.json --dry-run',
      meaning: 'Print the comment',
    },
    {
      call: 'plimsoll ci comment --before main.json --after here.json --pull https://github.com/shop/web/pull/7',
      meaning: 'Write it',
    },
  ],
};

export const command: Command = {
  name: 'ci',
  summary: 'Write the pipeline that audits a repository, builds its images and looks into them',
  arguments: 'init|comment …',
  description: 'What has to do with CI systems: «plimsoll ci init --help», «plimsoll ci comment --help».',
  forms: [init, comment],
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
      name: 'prune',
      value: 'HOST[/REPOSITORY]',
      group: 'Choices',
      description:
        'Every week, say what of this registry nothing needs any more; deleted where the variable PLIMSOLL_PRUNE is «write»',
    },
    {
      name: 'package',
      value: 'SPEC',
      group: 'Choices',
      description:
        'The package of Plimsoll, as npm install takes it, for requests of forks on GitHub and GitLab, which are given no variables; PLIMSOLL_PACKAGE goes before it',
    },
    {
      name: 'out',
      value: 'FILE',
      group: 'Writing',
      description:
        'Where it goes, in the repository; default .github/workflows/plimsoll.yml; .gitlab-ci.yml, Jenkinsfile, azure-pipelines.yml or, where that is yours, .gitlab/plimsoll.yml, Jenkinsfile.plimsoll, .azure/plimsoll.yml',
    },
    { name: 'before', value: 'FILE', group: 'Reports', description: 'The report of what the request goes into' },
    { name: 'after', value: 'FILE', group: 'Reports', description: 'The report with the request' },
    {
      name: 'fixes',
      value: 'FILE',
      group: 'Reports',
      description: 'What «plimsoll fix --json» printed: on GitHub, fixes of changed lines become suggestions',
    },
    {
      name: 'pull',
      value: 'URL',
      group: 'Reports',
      description: 'Address of the pull or merge request; default that of the CI run',
    },
    { name: 'dry-run', short: 'n', group: 'Writing', description: 'Show what would be written, and write nothing' },
    { name: 'diff', group: 'Writing', description: 'Print a patch that «git apply» takes, and write nothing' },
    { name: 'check', group: 'Writing', description: 'Write nothing, and exit with 1 when something would change' },
    { name: 'force', group: 'Writing', description: 'Replace a file that was changed by hand, or that is not ours' },
    { name: 'json', group: 'Output', description: 'Print all of it as JSON' },
    { name: 'quiet', short: 'q', group: 'Output', description: 'Show no progress' },
    { name: 'config', value: 'FILE', group: 'Configuration', description: 'Read this file instead of plimsoll.yaml' },
    { name: 'no-config', group: 'Configuration', description: 'Read no configuration file' },
  ],
  examples: [...init.examples.slice(0, 1), ...comment.examples.slice(0, 1)],
  async run(parsed, terminal) {
    if (parsed.positionals[0] === 'comment') {
      const { performCiComment } = await import('../perform-ci-comment.ts');
      return performCiComment(parsed, terminal);
    }
    const { performCi } = await import('../perform-ci.ts');
    return performCi(parsed, terminal);
  },
};
