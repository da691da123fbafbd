import { insertWord } from '../../dockerfile/edit.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** User ids from here on make /var/log/faillog and lastlog long. */
const high = 100_000;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'useradd with a high user id writes a huge log file into the layer',
  why: '/var/log/lastlog and faillog have an entry for each number up to the id; the hole in the file is stored in full in a layer.',
  remedy: 'Pass --no-log-init.',
  peers: ['hadolint:DL3046'],
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed('useradd')) {
      const words = command.arguments.map(({ value }) => value);
      if (words.some((word) => word === '--no-log-init' || /^-[a-zA-Z]*l[a-zA-Z]*$/.test(word))) continue;
      const uid = words.flatMap((word, at) =>
        /^(?:-[a-zA-Z]*u|--uid)$/.exec(word) ? (words[at + 1] ?? []) : (/^(?:-u|--uid=)(\d+)$/.exec(word)?.[1] ?? []),
      )[0];
      if (uid === undefined || !(Number(uid) >= high)) continue;
      report({
        at: command.range,
        message: `useradd makes log files with room for user ${uid}.`,
        cost: {
          bytes: Number(uid) * (292 + 32),
          basis: 'estimated',
          derivation: '292 bytes of lastlog and 32 of faillog for each number up to the id, before compression',
        },
        fix: {
          title: 'Pass --no-log-init to useradd',
          changes: { edits: [insertWord(dockerfile, command.nameWord.range, '--no-log-init')] },
          assumptions: [
            {
              statement: 'Nobody logs in by password, which is all that the two files record.',
              state: dockerfile.commandsNamed('chpasswd', 'passwd', 'sshd').length === 0 ? 'holds' : 'unknown',
              question: 'Does anything read lastlog or faillog in this image?',
            },
          ],
        },
      });
    }
  },
});
