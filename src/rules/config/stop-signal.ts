import type { PeerId } from '../../core/finding.ts';
import type { Assumption, Fix } from '../../core/fix.ts';
import type { Severity } from '../../core/severity.ts';
import { signalName } from '../../core/signal-name.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { inCaseOf, insertLinesBefore } from '../../dockerfile/edit-lines.ts';
import type { CommandForm, Instruction, ValueInstruction } from '../../dockerfile/instruction.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf, lastInstruction, stageChain } from '../../project/stage-facts.ts';
import { removesSockets } from '../../repairs/nginx-sockets.ts';

const ungraceful = 'tally:no-ungraceful-stopsignal';
const canonical = 'tally:prefer-canonical-stopsignal';

/** What is known of a program that stops in order on another signal than SIGTERM. */
interface KnownProgram {
  readonly program: RegExp;
  readonly signal: string;
  /** What it does with SIGTERM. */
  readonly otherwise: string;
  readonly severity: Severity;
  readonly peers: readonly PeerId[];
  /** Official images that set the signal themselves, by their names with the tag. */
  readonly images: RegExp;
  /** What has to be true beside that the program is this one. */
  readonly assumption?: (project: Project, dockerfile: Dockerfile, stage: Stage) => Assumption | undefined;
}

const programs: readonly KnownProgram[] = [
  {
    program: /^(?:\/usr\/(?:local\/)?s?bin\/|\/usr\/local\/openresty\/(?:nginx\/s)?bin\/)?(?:nginx|openresty)$/,
    signal: 'SIGQUIT',
    otherwise: 'drops the requests that it is answering',
    severity: 'note',
    peers: ['tally:prefer-nginx-sigquit'],
    images: /(?:^|\/)(?:nginx|nginx-unprivileged|openresty)(?:[:@]|$)/,
    assumption: removesSockets,
  },
  {
    // https://github.com/php/php-src/blob/master/sapi/fpm/php-fpm.8.in; the image sets it since https://github.com/docker-library/php/pull/816
    program: /^(?:\/usr\/(?:local\/)?s?bin\/)?php(?:\d(?:\.?\d)?)?-fpm(?:\d(?:\.?\d)?)?$/,
    signal: 'SIGQUIT',
    otherwise: 'drops the requests that it is answering',
    severity: 'note',
    peers: [],
    images: /(?:^|\/)php:[^@]*fpm/,
  },
  {
    program: /^(?:\/usr)?(?:\/sbin\/init|\/lib\/systemd\/systemd)$|^systemd$/,
    signal: 'SIGRTMIN+3',
    otherwise: 'does not shut down',
    severity: 'warning',
    peers: ['tally:prefer-systemd-sigrtmin-plus-3'],
    images: /-init(?:[:@]|$)|systemd/,
    assumption: initIsSystemd,
  },
];

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'STOPSIGNAL does not let the program stop in order',
  why: 'The engine sends this signal and kills the container after ten seconds; a program that does not take it for a request to stop loses its work.',
  remedy: 'Set the signal on which the program stops in order; SIGTERM is the default.',
  peers: [ungraceful, canonical, ...programs.flatMap((known) => known.peers)],
  check({ dockerfile, project }, { report }) {
    for (const { instruction, stage } of dockerfile.instructionsNamed('STOPSIGNAL')) {
      const name = signalName(instruction.value.value);
      if (name === undefined || (stage && baseImageOf(stage).distribution === 'windows')) continue;
      const written = instruction.value.raw ?? instruction.value.value;
      if (name === 'SIGKILL' || name === 'SIGSTOP') {
        report({
          at: instruction.range,
          message: `STOPSIGNAL ${written} gives the program no time to stop.`,
          peers: written === name ? [ungraceful] : [ungraceful, canonical],
          fix: setSignal(dockerfile, instruction, ...signalThatStops(project, dockerfile, stage)),
        });
      } else if (written !== name)
        report({
          at: instruction.range,
          message: `STOPSIGNAL ${written} is ${name}.`,
          why: 'A number or a short form has to be looked up, and some numbers differ between processors.',
          remedy: `Write ${name}.`,
          severity: 'note',
          peers: [canonical],
          fix: {
            title: `Write ${name}`,
            changes: { edits: [replace(dockerfile, instruction.value.range, name)] },
            assumptions: [{ statement: `${written} and ${name} are the same signal on Linux.`, state: 'holds' }],
          },
        });
    }
    for (const stage of shippedStages(project, dockerfile)) {
      // Windows has no signals.
      if (baseImageOf(stage).distribution === 'windows') continue;
      const found = wrongForProgram(project, dockerfile, stage);
      if (found) report(found);
    }
  },
});

/** What an image starts where it is one of the known programs. */
function startOf(dockerfile: Dockerfile, stage: Stage) {
  const start = lastInstruction(stage, 'ENTRYPOINT') ?? lastInstruction(stage, 'CMD');
  const program = start && programOf(start.command);
  if (start === undefined || program === undefined) return undefined;
  const known = programs.find((each) => each.program.test(program));
  if (known === undefined || (program.endsWith('/init') && !canBeSystemd(dockerfile, stage))) return undefined;
  return { start, program, known };
}

/** The signal for a program that is given no time so far, and what has to be true of it. */
function signalThatStops(project: Project, dockerfile: Dockerfile, stage: Stage | undefined): [string, Assumption[]] {
  const known = stage && startOf(dockerfile, stage)?.known;
  if (known) return [known.signal, assumptionsOf(project, dockerfile, stage, known)];
  const statement = 'The program stops in order on SIGTERM.';
  return ['SIGTERM', [{ statement, state: 'unknown', question: 'Does the program stop in order on SIGTERM?' }]];
}

function assumptionsOf(project: Project, dockerfile: Dockerfile, stage: Stage, known: KnownProgram): Assumption[] {
  const own = known.assumption?.(project, dockerfile, stage);
  return [
    { statement: `The documentation of the program names ${known.signal} for stopping in order.`, state: 'holds' },
    ...(own ? [own] : []),
  ];
}

function wrongForProgram(project: Project, dockerfile: Dockerfile, stage: Stage) {
  const found = startOf(dockerfile, stage);
  if (found === undefined) return undefined;
  const { start, program, known } = found;
  const set = lastInstruction(stage, 'STOPSIGNAL');
  const name = set ? signalName(set.value.value) : undefined;
  if (
    set
      ? name === undefined || name === known.signal || name === 'SIGKILL' || name === 'SIGSTOP'
      : setByBase(stage, known.images)
  )
    return undefined;
  const assumptions = assumptionsOf(project, dockerfile, stage, known);
  const fix = set
    ? setSignal(dockerfile, set, known.signal, assumptions)
    : stage.instructions.includes(start)
      ? addSignal(dockerfile, start, known.signal, assumptions)
      : undefined;
  return {
    at: (set ?? start).range,
    message: `On ${name ?? 'SIGTERM, the default'}, ${program} ${known.otherwise}; on ${known.signal} it stops in order.`,
    remedy: `STOPSIGNAL ${known.signal}.`,
    severity: known.severity,
    peers: known.peers,
    ...(fix && { fix }),
  };
}

const installers = ['apt-get', 'apt', 'aptitude', 'yum', 'dnf', 'microdnf', 'zypper', 'pacman', 'apk'];

/** `init` is BusyBox or Upstart elsewhere, or what the file installs for it. */
function canBeSystemd(dockerfile: Dockerfile, stage: Stage): boolean {
  if (
    installs(dockerfile, stage, /^(?:upstart(?:-sysv)?|sysvinit(?:-core)?|runit(?:-init)?|openrc|busybox-initscripts)$/)
  )
    return false;
  const { distribution, distributionVersion } = baseImageOf(stage);
  const version = Number.parseFloat(distributionVersion ?? '100');
  if (distribution === 'ubuntu') return version >= 15.04;
  if (distribution === 'debian') return version >= 8;
  if (distribution === 'amazonlinux') return (version >= 2 && version < 2010) || version >= 2022;
  if (distribution === 'centos' || distribution === 'rhel' || distribution === 'oraclelinux') return version >= 7;
  return ['fedora', 'rocky', 'almalinux', 'opensuse', 'sles', 'arch'].includes(distribution);
}

/** The images of Debian and Ubuntu have no init of their own; on the others systemd is the only one there is. */
function initIsSystemd(_project: Project, dockerfile: Dockerfile, stage: Stage): Assumption | undefined {
  if (
    programOf((lastInstruction(stage, 'ENTRYPOINT') ?? lastInstruction(stage, 'CMD'))?.command)?.endsWith('/init') !==
    true
  )
    return undefined;
  const statement = '/sbin/init is systemd.';
  const { distribution } = baseImageOf(stage);
  const isPackaged = installs(dockerfile, stage, /^(?:systemd(?:-sysv)?|init)$/);
  const holds = isPackaged || !['debian', 'ubuntu', 'unknown'].includes(distribution);
  return holds
    ? { statement, state: 'holds' }
    : {
        statement,
        state: 'unknown',
        question:
          'Is /sbin/init of this image systemd, and not Upstart or SysV init? «readlink -f /sbin/init» says so.',
      };
}

function installs(dockerfile: Dockerfile, stage: Stage, name: RegExp): boolean {
  const chain = stageChain(stage);
  return packageCommands(dockerfile, ...installers).some(
    (placed) =>
      placed.stage !== undefined &&
      chain.includes(placed.stage) &&
      placed.read.action === 'install' &&
      placed.read.packages.some((each) => name.test(each.name)),
  );
}

function setByBase(stage: Stage, images: RegExp): boolean {
  const { base } = stageChain(stage).at(-1) ?? stage;
  return base.kind !== 'image' || !base.complete || images.test(base.reference);
}

function programOf(form: CommandForm | undefined): string | undefined {
  return form?.form === 'exec' ? form.words[0]?.value : undefined;
}

function setSignal(
  dockerfile: Dockerfile,
  { value }: ValueInstruction,
  signal: string,
  assumptions: readonly Assumption[],
): Fix {
  return {
    title: `Stop on ${signal}`,
    changes: { edits: [replace(dockerfile, value.range, signal)] },
    assumptions,
  };
}

function addSignal(
  dockerfile: Dockerfile,
  start: Instruction,
  signal: string,
  assumptions: readonly Assumption[],
): Fix {
  return {
    title: `Set STOPSIGNAL ${signal}`,
    changes: { edits: [insertLinesBefore(dockerfile, start, [`${inCaseOf(start, 'STOPSIGNAL')} ${signal}`])] },
    assumptions,
  };
}
