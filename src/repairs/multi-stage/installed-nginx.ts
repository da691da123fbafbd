import type { CommandLine } from '../../core/command-line.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { baseImageOf, lastInstruction } from '../../project/stage-facts.ts';
import type { SplitSubject } from './split-plan.ts';
import type { RunStep } from './stage-steps.ts';

/** A distribution's nginx, which a stage installs and its container starts. */
export interface InstalledNginx {
  /** ENTRYPOINT and CMD. */
  readonly starts: readonly Instruction[];
  /** What the distribution's own configuration serves; undefined where it serves nothing. */
  readonly root: string | undefined;
  /** Whether something keeps nginx in front: else the container ends at once. */
  readonly staysInFront: boolean;
}

/** The packages of Debian and Alpine that are nginx. */
const nginxPackage = /^nginx(?:-light|-core|-full)?$/;

/** nginx without modules that a configuration may ask for, and what serves people who look into a container. */
const packages =
  /^(?:nginx(?:-light|-core|-full|-common)?|ca-certificates|curl|wget|vim(?:-tiny)?|nano|less|procps|net-tools|apt-utils|openrc)$/;

/** Undefined where the container starts something else, or beside it. */
export function installedNginx(subject: SplitSubject): InstalledNginx | undefined {
  const { dockerfile, stage, runs } = subject;
  const image = baseImageOf(stage);
  if (image.runtime !== undefined || !['debian', 'ubuntu', 'alpine'].includes(image.distribution)) return undefined;
  const all = runs.flatMap(({ commands }) => commands.map(({ command }) => command));
  if (!all.some(installsNginx)) return undefined;
  const starts = (['ENTRYPOINT', 'CMD'] as const).flatMap((name) => lastInstruction(stage, name) ?? []);
  const commands = starts.flatMap((each) => dockerfile.script(each)?.commands ?? []);
  const [first, ...others] = commands;
  if (first === undefined) return undefined;
  // The words of CMD behind ENTRYPOINT are read as a command of their own.
  const continued =
    starts.length === 2 ? [...first.arguments, ...others.flatMap((each) => [each.nameWord, ...each.arguments])] : [];
  const isAlone = starts.length === 2 ? starts[0]?.name === 'ENTRYPOINT' && others.length < 2 : others.length === 0;
  if (isAlone && first.name === 'nginx') {
    const words = (starts.length === 2 ? continued : first.arguments).map(({ value }) => value.trim());
    if (words.length !== 0 && (words.length !== 2 || words[0] !== '-g' || !/^daemon off;?$/.test(words[1] ?? '')))
      return undefined;
    return { starts, root: rootOf(image), staysInFront: words.length === 2 || all.some(switchesDaemonOff) };
  }
  const isService = starts.length === 1 && commands.some(startsService);
  if (!isService || !commands.every((each) => startsService(each) || follows(each))) return undefined;
  return { starts, root: rootOf(image), staysInFront: commands.some(follows) };
}

function installsNginx(command: CommandLine): boolean {
  const read = readPackageCommand(command);
  return (
    read?.action === 'install' &&
    (read.ecosystem === 'apt' || read.ecosystem === 'apk') &&
    read.packages.some(({ name }) => nginxPackage.test(name))
  );
}

function startsService({ name, arguments: words }: CommandLine): boolean {
  return (
    (name === 'service' && words[0]?.value === 'nginx' && words[1]?.value === 'start') ||
    (name === 'nginx' && words.length === 0)
  );
}

function follows({ name, arguments: words }: CommandLine): boolean {
  return (
    name === 'tail' &&
    words.some(({ value }) => /^-\w*[fF]$/.test(value)) &&
    words.every(({ value }) => /^-|^\/(?:dev\/null|var\/log\/nginx\/\S+)$/.test(value))
  );
}

/** https://salsa.debian.org/nginx-team/nginx/-/blob/debian/main/debian/conf/sites-available/default; Alpine's answers 404. */
function rootOf({ distribution, distributionVersion }: ReturnType<typeof baseImageOf>): string | undefined {
  if (distribution === 'alpine') return undefined;
  if (distribution === 'ubuntu' && /^(?:12|14)\.04/.test(distributionVersion ?? '')) return '/usr/share/nginx/html';
  return distribution === 'debian' && Number(distributionVersion) < 8 ? undefined : '/var/www/html';
}

function switchesDaemonOff({ name, arguments: words, redirects }: CommandLine): boolean {
  return (
    (name === 'echo' || name === 'printf') &&
    words.length > 0 &&
    words.every(({ value }) => /^-[en]+$|^(?:\\n)?\s*daemon off;(?:\\n)?$/.test(value)) &&
    redirects.every(({ operator, target }) => operator === '>>' && target?.value === '/etc/nginx/nginx.conf')
  );
}

/** Whether a step serves the installed nginx alone, so that nothing of it is wanted on the image of nginx. */
export function servesNginxAlone({ commands }: RunStep, root: string): boolean {
  return commands.length > 0 && commands.every(({ command }) => isForNginx(command, root));
}

function isForNginx(command: CommandLine, root: string): boolean {
  const read = readPackageCommand(command);
  if (read !== undefined)
    return (
      ['update-index', 'upgrade', 'dist-upgrade', 'clean-cache'].includes(read.action) ||
      (read.action === 'install' && read.packages.every(({ name, kind }) => kind === 'registry' && packages.test(name)))
    );
  const operands = command.arguments.map(({ value }) => value).filter((value) => !value.startsWith('-'));
  switch (command.name) {
    case 'set':
    case 'true':
    case ':':
    case 'export':
      return true;
    case 'echo':
    case 'printf':
      return command.redirects.length === 0 || switchesDaemonOff(command);
    case 'rm':
      return operands.every(
        (path) =>
          /^\/(?:var\/(?:lib\/apt|cache)|tmp|var\/tmp)(?:\/|$)/.test(path) ||
          /^\/etc\/nginx\/(?:sites-(?:enabled|available)\/(?:default|\*)|(?:conf|http)\.d\/(?:default\.conf|\*))$/.test(
            path,
          ) ||
          path === `${root}/*` ||
          /^\/(?:var\/www\/html|usr\/share\/nginx\/html)\/(?:\*|index(?:\.nginx-debian)?\.html)$/.test(path),
      );
    case 'ln':
      return (
        (/^\/dev\/std(?:out|err)$/.test(operands[0] ?? '') &&
          /^\/var\/log\/nginx\/\w+\.log$/.test(operands[1] ?? '')) ||
        (/^(?:\/etc\/nginx|\.\.)\/sites-available\/[\w.-]+$/.test(operands[0] ?? '') &&
          /^\/etc\/nginx\/sites-enabled(?:\/|$)/.test(operands[1] ?? ''))
      );
    case 'mkdir':
      return operands.every(
        (path) =>
          /^(?:\/var)?\/run\/nginx$|^\/etc\/nginx\/|^\/var\/(?:log|cache|lib)\/nginx|^\/var\/www$/.test(path) ||
          path === root,
      );
    case 'chown':
      return operands
        .slice(1)
        .every((path) => path === root || /^\/var\/(?:www|log\/nginx|lib\/nginx|cache\/nginx)(?:\/|$)/.test(path));
    default:
      return false;
  }
}
