import type { CommandLine } from '../../core/command-line.ts';
import type { PeerId } from '../../core/finding.ts';
import type { Fix } from '../../core/fix.ts';
import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { ArgInstruction, EnvInstruction } from '../../dockerfile/instruction.ts';
import { removeInstruction } from '../../dockerfile/remove-command.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { checkCertificates } from '../../repairs/check-certificates.ts';

interface Switch {
  readonly what: string;
  readonly peers: readonly PeerId[];
}

/** Flags by program that switch the check of certificates off. */
const flags: Readonly<Record<string, Switch & { readonly matches: (command: CommandLine) => boolean }>> = {
  curl: {
    what: 'curl takes any certificate',
    peers: ['checkov:CKV2_DOCKER_2'],
    matches: (command) => hasLong(command, '--insecure') || hasShort(command, 'k'),
  },
  wget: {
    what: 'wget takes any certificate',
    peers: ['checkov:CKV2_DOCKER_3'],
    matches: (command) => hasLong(command, '--no-check-certificate'),
  },
  pip: {
    what: 'pip takes any certificate of this host',
    peers: ['checkov:CKV2_DOCKER_4'],
    matches: (command) => hasLong(command, '--trusted-host'),
  },
  npm: {
    what: 'npm takes any certificate',
    peers: ['checkov:CKV2_DOCKER_13'],
    matches: (command) => setsStrictSsl(command),
  },
  yarn: { what: 'yarn takes any certificate', peers: [], matches: (command) => setsStrictSsl(command) },
  git: {
    what: 'git takes any certificate',
    peers: [],
    matches: (command) =>
      command.arguments.some(({ value }) => /^http\.sslVerify=(?:false|0)$/i.test(value)) || gitConfig(command),
  },
  'yum-config-manager': {
    what: 'yum takes any certificate',
    peers: ['checkov:CKV2_DOCKER_15'],
    matches: (command) => command.arguments.some(({ value }) => /sslverify=(?:0|no|false)$/i.test(value)),
  },
};

/** Options of yum and dnf, which config-manager writes down for later commands. */
const systemTools = ['yum', 'dnf', 'dnf5', 'microdnf', 'tdnf', 'dnf-config-manager'] as const;

function ofSystemTool({ name, arguments: words }: CommandLine): Switch | undefined {
  if (!words.some(({ value }) => /(?:^|[=.])sslverify=(?:0|no|false)$/i.test(value))) return undefined;
  const keeps = name === 'dnf-config-manager' || words.some(({ value }) => value === 'config-manager');
  return { what: `${name} takes any certificate`, peers: keeps ? ['checkov:CKV2_DOCKER_15'] : [] };
}

/** Variables that do the same for every later step, and for what runs in the container. */
const variables: Readonly<Record<string, Switch & { readonly value: RegExp }>> = {
  PYTHONHTTPSVERIFY: { what: 'Python takes any certificate', peers: ['checkov:CKV2_DOCKER_5'], value: /^0$/ },
  NODE_TLS_REJECT_UNAUTHORIZED: {
    what: 'Node.js takes any certificate',
    peers: ['checkov:CKV2_DOCKER_6'],
    value: /^0$/,
  },
  NPM_CONFIG_STRICT_SSL: { what: 'npm takes any certificate', peers: ['checkov:CKV2_DOCKER_12'], value: /^false$/i },
  GIT_SSL_NO_VERIFY: {
    what: 'git takes any certificate',
    peers: ['checkov:CKV2_DOCKER_14'],
    // Git asks only whether it is there: 0 switches the check off, too.
    value: /^/,
  },
  PIP_TRUSTED_HOST: { what: 'pip takes any certificate of this host', peers: ['checkov:CKV2_DOCKER_16'], value: /./ },
};

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'The check of TLS certificates is switched off',
  why: 'Whoever stands between the build and the server can put anything into the image.',
  remedy:
    'Check certificates; where a private certification authority is used, install its certificate (ca-certificates).',
  peers: [...Object.values(flags), ...Object.values(variables)].flatMap(({ peers }) => peers),
  check({ dockerfile }, { report, today }) {
    const say = (at: SourceRange, found: Switch, fix?: Fix) =>
      report({ at, message: `Here ${found.what}.`, peers: found.peers, ...(fix && { fix }) });
    for (const placed of dockerfile.commandsNamed('curl', 'wget', 'npm', 'yarn', 'git', 'yum-config-manager')) {
      const { command } = placed;
      const found = flags[command.name];
      if (found?.matches(command)) say(command.range, found, repairOf(dockerfile, placed, today));
    }
    for (const placed of dockerfile.commands) {
      const { command } = placed;
      if (isPip(command) && flags.pip?.matches(command))
        say(command.range, flags.pip, repairOf(dockerfile, placed, today));
      const given = command.name === 'export' || command.assignments.length > 0 ? variableOf(command) : undefined;
      if (given) say(command.range, given);
    }
    for (const { command } of dockerfile.commandsNamed(...systemTools)) {
      const found = ofSystemTool(command);
      if (found) say(command.range, found);
    }
    for (const name of ['ENV', 'ARG'] as const)
      for (const { instruction } of dockerfile.instructionsNamed(name))
        if (instruction.name !== 'LABEL')
          for (const { key, value, range } of instruction.pairs) {
            const found = value && switchOf(key.value, value.value);
            if (found) say(range, found, withoutVariable(dockerfile, instruction));
          }
  },
});

function switchOf(name: string, value: string): Switch | undefined {
  const found = Object.hasOwn(variables, name.toUpperCase()) ? variables[name.toUpperCase()] : undefined;
  return found?.value.test(value) ? found : undefined;
}

/** `NODE_TLS_REJECT_UNAUTHORIZED=0 npm ci`, and `export` for the commands behind it. A variable that is set without either reaches no program. */
function variableOf({ name, assignments, arguments: words }: CommandLine): Switch | undefined {
  if (name === '') return undefined;
  const exported = name === 'export' ? words.map(({ value }) => /^(\w+)=(.*)$/s.exec(value)) : [];
  const given = [
    ...assignments.map((each) => [each.name, each.value?.value ?? ''] as const),
    ...exported.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? ''] as const] : [])),
  ];
  for (const [variable, value] of given) {
    const found = switchOf(variable, value);
    if (found) return found;
  }
  return undefined;
}

const mended: ReadonlySet<string> = new Set(['curl', 'wget', 'npm', 'yarn']);

/** What git and yum-config-manager are told holds for later commands too: that is left to a person. */
function repairOf(dockerfile: Dockerfile, placed: PlacedCommand, today: string | undefined): Fix | undefined {
  return mended.has(placed.command.name) || isPip(placed.command)
    ? checkCertificates(dockerfile, placed, today)
    : undefined;
}

function withoutVariable(dockerfile: Dockerfile, instruction: EnvInstruction | ArgInstruction): Fix | undefined {
  const edits = instruction.pairs.length === 1 ? removeInstruction(dockerfile, instruction) : undefined;
  if (edits === undefined) return undefined;
  return {
    title: 'Check certificates',
    changes: { edits },
    assumptions: [
      {
        statement: 'All servers that build and program talk to have certificates of a known authority.',
        state: 'unknown',
        question: 'Which server was this for, and can the certificate of its authority be installed instead?',
      },
    ],
  };
}

function isPip(command: CommandLine): boolean {
  return (
    /^pip[\d.]*$/.test(command.name) ||
    (/^python[\d.]*$/.test(command.name) && command.arguments.some(({ value }) => value === 'pip'))
  );
}

function hasLong(command: CommandLine, name: string): boolean {
  return command.arguments.some(({ value }) => value === name || value.startsWith(`${name}=`));
}

function hasShort(command: CommandLine, letter: string): boolean {
  return command.arguments.some(
    ({ value }) => /^-[a-zA-Z]+$/.test(value) && value.includes(letter) && !/^-[oHdXuAebT]./.test(value),
  );
}

function setsStrictSsl(command: CommandLine): boolean {
  const words = command.arguments.map(({ value }) => value);
  const at = words.findIndex((word) => /^strict-ssl(?:=false)?$/.test(word));
  return words.includes('config') && at !== -1 && (words[at]?.endsWith('=false') === true || words[at + 1] === 'false');
}

function gitConfig(command: CommandLine): boolean {
  const words = command.arguments.map(({ value }) => value);
  const at = words.findIndex((word) => /^http\.sslVerify$/i.test(word));
  return words[0] === 'config' && at !== -1 && /^(?:false|0|no|off)$/i.test(words[at + 1] ?? '');
}
