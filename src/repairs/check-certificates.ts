import type { CommandLine, CommandWord } from '../core/command-line.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import { removeCommand } from '../dockerfile/remove-command.ts';
import { removeWords } from '../dockerfile/remove-words.ts';
import { httpsReason } from '../ecosystems/https-hosts.ts';
import { certificatesAreThere, isCurrent } from './use-https.ts';

/** The check of certificates switched on again; undefined for what is not known to take back. */
export function checkCertificates(
  dockerfile: Dockerfile,
  placed: PlacedCommand,
  today: string | undefined,
): Fix | undefined {
  const { command, stage } = placed;
  const script = dockerfile.script(placed.instruction);
  // Out of a JSON array a word would have to be taken with its comma.
  if (script?.form === 'exec' && !placed.command.place.inside.includes('nested-shell')) return undefined;
  const edits = editsFor(dockerfile, placed);
  if (edits === undefined || edits.length === 0 || stage === undefined) return undefined;
  return {
    title: 'Check the certificate',
    changes: { edits },
    assumptions: [serverIsKnown(command), certificatesAreThere(dockerfile, stage, placed), isCurrent(stage, today)],
  };
}

function editsFor(dockerfile: Dockerfile, { command, instruction }: PlacedCommand): readonly TextEdit[] | undefined {
  const words = command.arguments;
  switch (command.name) {
    case 'curl':
      return words.flatMap((word) => (isCurlSwitch(word) ? (curlEdit(dockerfile, word) ?? []) : []));
    case 'wget':
      return removeWords(
        dockerfile,
        words.filter(({ value }) => value === '--no-check-certificate'),
      );
    case 'npm':
    case 'yarn':
      return removeCommand(dockerfile, instruction, command);
    default:
      return removeWords(dockerfile, trustedHosts(words));
  }
}

function isCurlSwitch({ value, literal }: CommandWord): boolean {
  return literal && (value === '--insecure' || /^-[fsSLvgi#]*k[fsSLOvgi#]*o?$/.test(value));
}

/** Alone, or one letter among others. */
function curlEdit(dockerfile: Dockerfile, word: CommandWord): readonly TextEdit[] | undefined {
  if (word.value === '--insecure' || word.value === '-k') return removeWords(dockerfile, [word]);
  return word.raw === word.value ? [replace(dockerfile, word.range, word.value.replace('k', ''))] : undefined;
}

function trustedHosts(words: readonly CommandWord[]): readonly CommandWord[] {
  return words.filter(
    ({ value }, at) => value.startsWith('--trusted-host') || words[at - 1]?.value === '--trusted-host',
  );
}

function serverIsKnown({ arguments: words }: CommandLine): Assumption {
  const statement = 'The server has a certificate of a known authority.';
  // The operands of pip --trusted-host are hosts by themselves.
  const hosts = words.flatMap(
    ({ value }, at) =>
      /^(?:https?:\/\/|--trusted-host=)([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:[/?#]|$)/i.exec(value)?.[1] ??
      (words[at - 1]?.value === '--trusted-host' ? value : []),
  );
  const reasons = hosts.map((host) => httpsReason(host));
  if (hosts.length > 0 && reasons.every((reason) => reason !== undefined && reason !== 'gone'))
    return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: `Does the certificate of ${hosts[0] ?? 'the server'} pass a check? Where a private authority signed it, its certificate has to be installed first.`,
  };
}
