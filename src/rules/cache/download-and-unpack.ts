import { readArchive, verifiesFile } from '../../ecosystems/archives.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'ADD --unpack needs version 1.17 of the Dockerfile front end, and it replaces only downloads that the step does not verify with a signature.',
  summary: 'A step downloads an archive and unpacks it',
  why: 'The cache knows only the words of the step: it does not see that the archive behind the address has changed, and the image needs a program for the download.',
  remedy: 'ADD --unpack --checksum=sha256:… <address> <directory>: BuildKit fetches, verifies and unpacks it.',
  peers: ['tally:prefer-add-unpack'],
  check({ dockerfile }, { report }) {
    for (const { command, instruction } of dockerfile.commandsNamed('tar', 'bsdtar')) {
      if (readArchive(command)?.action !== 'extract') continue;
      const commands = dockerfile.script(instruction)?.commands ?? [];
      const download = commands.find(
        (each) =>
          (each.name === 'curl' || each.name === 'wget') &&
          each.range.start < command.range.start &&
          each.arguments.some(({ value }) => /^https?:\/\/.*\.(?:tar(?:\.\w+)?|tgz|tbz2?|txz)$/.test(value)),
      );
      // A step that verifies what it fetched knows what it unpacks.
      if (download === undefined || commands.some((each) => verifiesFile(each) || each.name.startsWith('gpg')))
        continue;
      report({
        at: download.range,
        message: `${download.name} fetches an archive that ADD could fetch and unpack.`,
        also: [{ range: command.range, note: 'unpacked here' }],
      });
    }
  },
});
