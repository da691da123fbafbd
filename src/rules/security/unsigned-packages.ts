import type { CommandLine, CommandWord } from '../../core/command-line.ts';
import type { PeerId } from '../../core/finding.ts';
import type { Fix } from '../../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { removeWords } from '../../dockerfile/remove-words.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { dockerfileRule } from '../../project/rule.ts';

interface Bypass {
  readonly programs: readonly string[];
  readonly flag: RegExp;
  readonly peers: readonly PeerId[];
}

const bypasses: readonly Bypass[] = [
  { programs: ['apk'], flag: /^--allow-untrusted$/, peers: ['checkov:CKV2_DOCKER_7'] },
  { programs: ['apt-get', 'apt', 'aptitude'], flag: /^--allow-unauthenticated$/, peers: ['checkov:CKV2_DOCKER_8'] },
  { programs: ['apt-get', 'apt', 'aptitude'], flag: /^--force-yes$/, peers: ['checkov:CKV2_DOCKER_11'] },
  {
    programs: ['yum', 'dnf', 'microdnf', 'tdnf'],
    flag: /^--nogpgcheck$|^--no-gpgchecks?$/,
    peers: ['checkov:CKV2_DOCKER_9'],
  },
  { programs: ['zypper'], flag: /^--no-gpg-checks$|^--allow-unsigned-rpm$/, peers: [] },
  { programs: ['rpm'], flag: /^--nosignature$|^--nogpg$/, peers: ['checkov:CKV2_DOCKER_10'] },
];
const programs = [...new Set(bypasses.flatMap((bypass) => bypass.programs))];

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Packages are installed without the check of their signature',
  why: 'The signature is all that says that a package comes from the distribution; without it a mirror or proxy can put anything into the image.',
  remedy: 'Install the key of the repository and drop the flag.',
  peers: bypasses.flatMap(({ peers }) => peers),
  check({ dockerfile }, { report }) {
    for (const placed of dockerfile.commandsNamed(...programs))
      for (const bypass of bypasses) {
        const { command } = placed;
        // `apk index` makes a list of packages, which is signed when it is made, and installs none.
        const installs = command.name !== 'apk' || !command.arguments.some(({ value }) => value === 'index');
        const flag = installs && bypass.programs.includes(command.name) ? flagOf(command, bypass) : undefined;
        const fix = flag && checkSignatures(dockerfile, placed, flag);
        if (flag)
          report({
            at: flag.range,
            message: `${command.name} ${flag.value} takes packages that nobody signed.`,
            peers: bypass.peers,
            ...(fix && { fix }),
          });
      }
  },
});

/** The flag taken out; `--force-yes` answers questions, too. */
function checkSignatures(
  dockerfile: Dockerfile,
  { command, stage }: PlacedCommand,
  flag: CommandWord,
): Fix | undefined {
  const read = readPackageCommand(command);
  const asks =
    flag.value === '--force-yes' &&
    !command.arguments.some(({ value }) => /^(?:-[a-z]*y[a-z]*|--yes|--assume-yes)$/.test(value));
  const edits = asks ? [replace(dockerfile, flag.range, '-y')] : removeWords(dockerfile, [flag]);
  if (
    edits === undefined ||
    stage === undefined ||
    read?.packages.some(({ kind, word }) => kind === 'file' || /\.(?:apk|deb|rpm)$/.test(word.value))
  )
    return undefined;
  return {
    title: asks ? 'Answer questions with -y, and check signatures' : `Drop ${flag.value}`,
    changes: { edits },
    assumptions: [
      {
        statement: 'The keys of all repositories that the packages come from are installed.',
        state: 'unknown',
        question: `Is the key of the repository installed before this step, and not expired? Without it ${command.name} stops there.`,
      },
    ],
  };
}

function flagOf(command: CommandLine, bypass: Bypass) {
  return command.arguments.find(({ value }) => bypass.flag.test(value));
}
