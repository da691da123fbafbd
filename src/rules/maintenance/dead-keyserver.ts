import { dockerfileRule } from '../../project/rule.ts';

/** Key servers that have been switched off, with what says so on the page. */
const dead = /(?:sks-keyservers\.net|pool\.sks-keyservers|keys\.gnupg\.net|pgp\.mit\.edu:11371)/i;

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'Keys are fetched from a key server that is gone',
  why: 'The SKS pool was switched off in 2021: the step fails, on the next build that is not served from the cache.',
  remedy: 'Use keys.openpgp.org or keyserver.ubuntu.com, or keep the key in the repository.',
  peers: [],
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed('gpg', 'gpg2', 'apt-key', 'dirmngr')) {
      const word = command.arguments.find(({ value }) => dead.test(value));
      if (word) report({ at: word.range, message: `The key server ${word.value} is gone.` });
    }
  },
});
