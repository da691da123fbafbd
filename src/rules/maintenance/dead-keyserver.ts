import type { CommandLine, CommandWord } from '../../core/command-line.ts';
import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
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
      if (word === undefined) continue;
      const fix = fromLiveServer(dockerfile, command, word);
      report({ at: word.range, message: `The key server ${word.value} is gone.`, ...(fix && { fix }) });
    }
  },
});

const live = 'keyserver.ubuntu.com';

/** The same keys from a server that is there. A whole fingerprint names one key, whoever serves it. */
function fromLiveServer(dockerfile: Dockerfile, command: CommandLine, word: CommandWord): Fix | undefined {
  const written = dockerfile.text.slice(word.range.start, word.range.end);
  const host = /(?:[a-z0-9]+\.)*(?:sks-keyservers\.net|keys\.gnupg\.net|pgp\.mit\.edu)/i.exec(written)?.[0];
  if (host === undefined) return undefined;
  const at = word.range.start + written.indexOf(host);
  const port = /^:11371\b/.exec(written.slice(written.indexOf(host) + host.length)) === null ? 0 : ':11371'.length;
  const first = command.arguments.findIndex(({ value }) => /^--(?:recv|receive)-keys?$|^--search-keys$/.test(value));
  const keys = first === -1 ? [] : command.arguments.slice(first + 1).filter(({ value }) => !value.startsWith('-'));
  const areWhole =
    keys.length > 0 && keys.every(({ literal, value }) => literal && /^(?:0x)?[0-9A-Fa-f]{40}$/.test(value));
  return {
    title: `Fetch the keys from ${live}`,
    changes: { edits: [replace(dockerfile, { start: at, end: at + host.length + port }, live)] },
    assumptions: [
      {
        statement: 'The keys are named by their whole fingerprints, so that no server can give others.',
        state: areWhole ? 'holds' : 'unknown',
        question: `Do the keys come by whole fingerprints? Several keys can have one short id, and ${live} may give another of them.`,
      },
      {
        statement: `${live} has the keys.`,
        state: 'unknown',
        question: `Are the keys on ${live}? Open https://${live} and search for the fingerprint.`,
      },
    ],
  };
}
