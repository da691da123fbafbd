import { replaceWord } from '../../dockerfile/edit.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** Subcommands that apt and apt-get share, with the same flags. */
const shared = new Set([
  'install',
  'update',
  'upgrade',
  'remove',
  'purge',
  'autoremove',
  'autopurge',
  'clean',
  'autoclean',
  'dist-upgrade',
  'source',
  'build-dep',
  'download',
]);

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'apt is called where apt-get is meant for scripts',
  why: 'The command line of apt may change between versions, which its own manual says and warns of in every build log.',
  remedy: 'Call apt-get, or apt-cache for search and show.',
  peers: ['hadolint:DL3027', 'kics:run-using-apt', 'checkov:CKV_DOCKER_9'],
  check({ dockerfile }, { report }) {
    for (const { read, command } of packageCommands(dockerfile, 'apt')) {
      const subcommand = read.subcommand?.value ?? '';
      report({
        at: command.nameWord.range,
        message: `apt ${subcommand} is meant for people at a terminal.`,
        ...(shared.has(subcommand) &&
          /^(?:apt|"apt")$/.test(command.nameWord.raw) && {
            fix: {
              title: 'Call apt-get',
              changes: { edits: [replaceWord(dockerfile, command.nameWord.range, 'apt-get')] },
              assumptions: [
                { statement: `apt-get knows the subcommand ${subcommand} with the same flags.`, state: 'holds' },
              ],
            },
          }),
      });
    }
  },
});
