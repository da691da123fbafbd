import type { PeerId } from '../../core/finding.ts';
import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';

/** Files of logins, with what a line that holds one looks like. */
const loginFiles: readonly (readonly [path: RegExp, content: RegExp])[] = [
  [/(?:^|\/)\.?npmrc$/, /:_(?:authToken|auth|password)\s{0,3}=\s{0,3}\S/],
  [/(?:^|\/)\.yarnrc\.yml$/, /npmAuth(?:Token|Ident):\s{0,3}\S/],
  [/(?:^|\/)[._]netrc$/, /password\s{1,3}\S/],
  [/(?:^|\/)\.git-credentials$/, /:\/\/[^\s/]*@/],
  [/(?:^|\/)\.pypirc$/, /password\s{0,3}[=:]\s{0,3}\S/],
  [/(?:^|\/)\.pgpass$/, /:/],
];

interface Login {
  readonly what: string;
  /** The file that holds it then: removing it in the same step leaves nothing. */
  readonly file: RegExp;
  readonly peers: readonly PeerId[];
}

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A RUN leaves a login in the image',
  why: 'The file is in the layer of that RUN for everyone who can pull the image; removing it in a later instruction does not take it out of the layer.',
  remedy: 'Mount the file with RUN --mount=type=secret,id=…,target=…, or remove it in the RUN that wrote it.',
  peers: ['trivy:DS031'],
  check({ dockerfile, project }, { report }) {
    const shipped = new Set(shippedStages(project, dockerfile).flatMap(stageChain));
    for (const placed of dockerfile.commands) {
      if (placed.stage === undefined || !shipped.has(placed.stage)) continue;
      const login = writtenLogin(placed.command) ?? storedLogin(placed.command);
      if (login === undefined || isRemoved(dockerfile, placed, login) || isMountedOver(placed.instruction, login))
        continue;
      report({
        at: placed.command.range,
        message: `This step leaves ${login.what} in the image.`,
        peers: placed.stage === dockerfile.final && !hasSecretMount(placed.instruction) ? login.peers : [],
      });
    }
  },
});

function writtenLogin(command: ShellCommand): Login | undefined {
  const target = command.redirects.find(({ operator }) => operator === '>' || operator === '>>')?.target?.value;
  if (target === undefined) return undefined;
  for (const [file, content] of loginFiles)
    if (file.test(target) && command.arguments.some(({ value }) => content.test(value)))
      return { what: `the login in ${target}`, file, peers: [] };
  return undefined;
}

const storing: ReadonlySet<string> = new Set(['npm', 'pnpm', 'git', 'docker', 'podman', 'aws', 'gcloud']);

/** Commands that store a login where the tool finds it again. */
function storedLogin(command: ShellCommand): Login | undefined {
  if (!storing.has(command.name)) return undefined;
  const words = command.arguments.map(({ value }) => value);
  const line = words.join(' ');
  switch (command.name) {
    case 'npm':
    case 'pnpm':
      return /^config set (?:-g |--global )?\S*:_(?:authToken|auth|password)[ =]\S/.test(line)
        ? { what: 'a token for the package registry in .npmrc', file: /(?:^|\/)\.?npmrc$/, peers: [] }
        : undefined;
    case 'git':
      return /^config .*url\.\S*:\/\/[^\s/]{1,300}@\S*\.insteadof/i.test(line)
        ? { what: 'a login in the configuration of git', file: /\.gitconfig$/, peers: [] }
        : undefined;
    case 'docker':
    case 'podman':
      return words[0] === 'login'
        ? { what: 'a login to a registry', file: /\.docker|auth\.json/, peers: [] }
        : undefined;
    case 'aws':
      return /^configure set \S*(?:aws_secret_access_key|aws_session_token)/.test(line)
        ? {
            what: 'a login to AWS',
            file: /\.aws/,
            peers: words[2] === 'aws_secret_access_key' ? ['trivy:DS031'] : [],
          }
        : undefined;
    case 'gcloud':
      return /^auth activate-service-account/.test(line)
        ? { what: 'a login to Google Cloud', file: /gcloud/, peers: ['trivy:DS031'] }
        : undefined;
    default:
      return undefined;
  }
}

/** A command of the same RUN that removes the file or the login again. */
function isRemoved(dockerfile: Dockerfile, { command, instruction }: PlacedCommand, { file }: Login): boolean {
  const commands = dockerfile.script(instruction)?.commands ?? [];
  return commands.some((later) => {
    if (later.range.start <= command.range.start) return false;
    const words = later.arguments.map(({ value }) => value);
    if (later.name === 'rm' || later.name === 'unlink' || later.name === 'shred')
      return words.some((word) => file.test(word) || file.test(word.replace(/\/+$/, '')));
    return (
      later.name === command.name &&
      /\b(?:delete|rm|unset|unset-all|logout|revoke|remove-section)\b/.test(words.join(' '))
    );
  });
}

/** What is written below a mount is in no layer. */
function isMountedOver(instruction: Instruction, { file }: Login): boolean {
  return (
    instruction.name === 'RUN' &&
    instruction.mounts.some(({ options }) => file.test(options.get('target') ?? options.get('dst') ?? ''))
  );
}

function hasSecretMount(instruction: Instruction): boolean {
  return instruction.name === 'RUN' && instruction.mounts.some(({ type }) => type === 'secret');
}
