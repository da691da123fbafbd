import { enumerate } from '../core/enumerate.ts';
import type { Assumption } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { CopyInstruction, Instruction } from '../dockerfile/instruction.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { applicationsOf } from '../project/application-builds.ts';
import { copiedScriptText } from '../project/copied-script.ts';
import { buildsOf, type Project } from '../project/project.ts';
import { expandedValue, imageInstructions, lastInstruction, stageChain } from '../project/stage-facts.ts';
import { startedCommands, startedScripts } from '../project/started-commands.ts';
import { saidOfContainers } from './started-files.ts';

/** Programs that do what only root may: they start others as other users, or change the machine. */
const programsOfRoot =
  /^(?:sshd|crond?|anacron|atd|dockerd|dind|containerd|podman|buildkitd|systemd|init|my_init|runsvdir|runsvdir-start|sv|s6-svscan|supervisord|openvpn|wg|wg-quick|iptables|ip6tables|nft|ip|dnsmasq|unbound|named|ntpd|chronyd|keepalived|tcpdump|snort|suricata|rpcbind|rpc\.\w+|nfsd|exportfs|mount|umount|modprobe|insmod|sysctl|swapon|swapoff|mkswap|fstrim|rngd|tcsd|dhcpd|dhcpcd|dhclient|vsftpd|proftpd|pure-ftpd|smbd|nmbd|winbindd|slapd|postfix|master|dovecot|exim4?|sendmail|fail2ban-server|rsyslogd|syslog-ng|auditd|udevd|kubelet|kube-proxy|flanneld|glusterd|iscsid|ipsec|charon|strongswan|radvd|bird|zebra|pppd|xinetd|inetd|login|getty|agetty|su|runuser|sudo|gosu|monit|gitlab-runner|docker|docker-compose|rungetty\.sh|nsenter|chroot|unshare|service|rc-service|openrc|launchd|apt-get|yum|apk|dnf|chown|useradd|usermod|adduser)$/;

/** What in a script needs root. */
const stepsOfRoot =
  /(?:^|[;&|\s(])(chown|chgrp|usermod|useradd|adduser|addgroup|groupadd|groupmod|mount|umount|iptables|sysctl|apt-get|apk|yum|service|update-ca-certificates|gosu|su-exec|setpriv|runuser|sudo|su|dockerd|crond?|sshd|ldconfig|modprobe)(?=\s|$)|>{1,2}\s*(\/(?:etc|usr|opt|lib|root)\/\S+)|(?:sed|perl) -[a-z]*i\S* [^\n]*?(\/(?:etc|usr)\/\S+)/m;

/** What is known of how the program takes to another user than root: reasons against it, and questions. */
export function rootNeeds(project: Project, dockerfile: Dockerfile, stage: Stage): readonly Assumption[] {
  return [
    startedProgram(dockerfile, stage),
    ...entryScripts(project, dockerfile, stage),
    lowPorts(dockerfile, stage),
    homeOfRoot(dockerfile, stage),
    mountedInHome(project, dockerfile, stage),
    narrowModes(dockerfile, stage),
    engineSocket(project, dockerfile, stage),
  ].filter((each) => each !== undefined);
}

function startedProgram(dockerfile: Dockerfile, stage: Stage): Assumption | undefined {
  const statement = 'The program that is started does nothing that only root may.';
  const starts = [lastInstruction(stage, 'ENTRYPOINT'), lastInstruction(stage, 'CMD')];
  if (starts.some((each) => each?.command.form === 'shell' && each.command.failedJson))
    return { statement: `${statement} What is started is not told: its array is no JSON.`, state: 'fails' };
  for (const { name, wrappers, arguments: words } of startedCommands(dockerfile, stage)) {
    const found = [...wrappers, name, ...words.map(({ value }) => value.slice(value.lastIndexOf('/') + 1))].find(
      (word) => programsOfRoot.test(word),
    );
    if (found !== undefined) return { statement: `${statement} ${found} does.`, state: 'fails' };
  }
  return { statement, state: 'holds' };
}

/** Scripts that are started: read where they lie in the build context, asked about where they do not. */
function entryScripts(project: Project, dockerfile: Dockerfile, stage: Stage): readonly Assumption[] {
  return [...startedScripts(dockerfile, stage)].map((name): Assumption => {
    const statement = `${name} does nothing that only root may.`;
    const text = copiedScriptText(project, dockerfile, stage, name);
    const daemon = text === undefined ? daemonOfRoot(dockerfile, stage) : undefined;
    if (daemon !== undefined)
      return { statement: `${statement} The image has ${daemon}, which it may start.`, state: 'fails' };
    if (text === undefined)
      return {
        statement,
        state: 'unknown',
        question: `Does ${name} do anything that only root may: chown, writing below /etc, starting services?`,
      };
    const found = stepsOfRoot.exec(text.replace(/^[ \t]*#.*$/gm, ''));
    if (found === null) return { statement, state: 'holds' };
    return { statement: `${statement} It uses ${found[1] ?? found[2] ?? found[3]}.`, state: 'fails' };
  });
}

/**
 * Packages of services that start as root, or as a user of their own that only root can become. Names of Debian 12, of which the index
 * was asked for each, of Alpine (`openssh`, `cronie`, `dcron`), of Enterprise Linux (`httpd`, `openldap-servers`, `bind`), and older ones.
 */
const packagesOfServices =
  /^(?:supervisor|openssh(?:-server)?|cron|cronie|dcron|runit|s6|s6-overlay|monit|systemd|upstart|xinetd|rsyslog|syslog-ng|vsftpd|proftpd(?:-basic)?|pure-ftpd|samba|slapd|openldap-servers|postfix|exim4|sendmail|dovecot\S*|bind9?|dnsmasq|(?:default-)?mysql-server\S*|mariadb-server\S*|postgresql(?:-server|-\d\S*)?|rabbitmq-server|redis(?:-server)?|mongodb(?:-server|-org(?:-server)?)?|nginx\S*|apache2|httpd|lighttpd|haproxy|squid3?|memcached|php\S*-fpm|openvpn|tor|docker(?:\.io|-ce|-engine|-io)?|cups|dbus|avahi-daemon|zabbix-(?:agent2?|server|proxy)\S*|nagios\d?(?:-core)?|munin(?:-node)?)$/;

/** A service that a script which is not seen may start. */
function daemonOfRoot(dockerfile: Dockerfile, stage: Stage): string | undefined {
  const chain = stageChain(stage);
  const installed = packageCommands(
    dockerfile,
    'apt-get',
    'apt',
    'aptitude',
    'apk',
    'yum',
    'dnf',
    'microdnf',
    'zypper',
    'pip',
  )
    .filter(({ stage: own, read }) => own !== undefined && chain.includes(own) && read.action === 'install')
    .flatMap(({ read }) => read.packages)
    .find(({ name }) => packagesOfServices.test(name));
  if (installed !== undefined) return installed.name;
  const copied = imageInstructions(stage).some(
    (each) =>
      (each.name === 'COPY' || each.name === 'ADD') &&
      each.sources.some(({ value }) => /supervisord?[\w.-]*\.(?:conf|ini)$|sshd_config$|crontab/.test(value)),
  );
  return copied ? 'the configuration of such a service' : undefined;
}

/** Ports of services that act as the users who come: SSH, RPC, SMB. */
const portsOfRoot: ReadonlySet<number> = new Set([22, 111, 139, 445]);

/** https://docs.docker.com/engine/release-notes/20.10/: ports below 1024 need no privilege; containerd 2.0 has it for Kubernetes. */
function lowPorts(dockerfile: Dockerfile, stage: Stage): Assumption | undefined {
  const ports = imageInstructions(stage)
    .flatMap((each) =>
      each.name === 'EXPOSE' ? each.ports.map((port) => expandedValue(dockerfile, each, port) ?? '') : [],
    )
    .map((port) => Number.parseInt(port, 10))
    .filter((port) => port > 0 && port < 1024);
  if (ports.length === 0) return undefined;
  const service = ports.find((port) => portsOfRoot.has(port));
  if (service !== undefined)
    return {
      statement: `The program does not act as root for others, as what listens on port ${service} does.`,
      state: 'fails',
    };
  const list = enumerate([...new Set(ports)].slice(0, 3).map(String));
  return {
    statement: `Any user may listen on port ${list} where the image runs.`,
    state: 'unknown',
    question: `Is it run by Docker 20.10 or later, or containerd 2.0 or later (or with net.ipv4.ip_unprivileged_port_start=0), and not in the host's network? There every user may listen on port ${list}.`,
  };
}

const inHome = /(?:^|[\s"'=:[,(])(?:\/root(?=[/\s"',\]]|$)|~\/|\$\{?HOME\b)/;

/** Only root enters /root. */
function homeOfRoot(dockerfile: Dockerfile, stage: Stage): Assumption | undefined {
  const statement = 'The program needs nothing that lies in /root, which only root enters.';
  for (const instruction of imageInstructions(stage)) {
    const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
    if (!inHome.test(text) && !/pip3? install [^\n]*--user|\bnvm\b|rustup|sdkman/.test(text)) continue;
    if (instruction.name === 'LABEL' || instruction.name === 'ARG') continue;
    if (instruction.name !== 'RUN')
      return { statement: `${statement} Line ${instruction.line} says otherwise.`, state: 'fails' };
    if (putsIntoHome(dockerfile, instruction))
      return {
        statement,
        state: 'unknown',
        question: `Does the program need what line ${instruction.line} puts into /root?`,
      };
  }
  return undefined;
}

/** What Compose or Kubernetes mounts into /root, or names there, is out of another user's reach. */
function mountedInHome(project: Project, dockerfile: Dockerfile, stage: Stage): Assumption | undefined {
  const named = /(?:^|[:=\s])\/root(?![\w.-])[\w./-]*/m.exec(saidOfContainers(project, dockerfile, stage));
  if (named === null) return undefined;
  return {
    statement: `Nothing that is given to the container lies in /root, which only root enters. A manifest says ${named[0].replace(/^[^/]*/, '')}.`,
    state: 'fails',
  };
}

/** Something other than removing what lies there. */
function putsIntoHome(dockerfile: Dockerfile, instruction: Instruction): boolean {
  const commands = dockerfile.script(instruction)?.commands;
  return (
    commands === undefined ||
    commands.some(({ name, range }) => {
      const text = dockerfile.text.slice(range.start, range.end);
      return name !== 'rm' && (inHome.test(text) || /--user\b|\bnvm\b|rustup|sdkman/.test(text));
    })
  );
}

/** Modes that leave others out. */
function narrowModes(dockerfile: Dockerfile, stage: Stage): Assumption | undefined {
  const narrow = dockerfile
    .commandsNamed('chmod')
    .find(
      ({ command, stage: own }) =>
        own === stage &&
        command.arguments.some(({ value }) => /^0?[0-7]{2}0$|^u[+=]\w*x\w*$|^o-\w+$|^go-\w+$/.test(value)),
    );
  const copied = stage.instructions.find(
    (each): each is CopyInstruction =>
      (each.name === 'COPY' || each.name === 'ADD') && /^0?[0-7]{2}0$/.test(each.chmod?.value ?? ''),
  );
  const line = narrow?.instruction.line ?? copied?.line;
  if (line === undefined) return undefined;
  const started = new Set(
    startedCommands(dockerfile, stage).flatMap(({ name, arguments: words }) => [
      name,
      ...words.slice(0, 2).map(({ value }) => baseName(value)),
    ]),
  );
  const isStarted =
    narrow?.command.arguments.some(({ value }) => started.has(baseName(value))) ||
    copied?.sources.some(({ value }) => started.has(baseName(value)));
  if (isStarted)
    return {
      statement: `Every user may run the program that is started. Line ${line} lets its owner alone.`,
      state: 'fails',
    };
  return {
    statement: 'The user may read and run what the image holds.',
    state: 'unknown',
    question: `Line ${line} takes files away from all but their owner: does the program need them?`,
  };
}

/** Who has Docker's client uses it: its socket belongs to root and to a group whose number only the machine knows. */
function engineSocket(project: Project, dockerfile: Dockerfile, stage: Stage): Assumption | undefined {
  const statement = 'The program does not use the socket of the container engine, which is for root.';
  const volumes = imageInstructions(stage).flatMap((each) => (each.name === 'VOLUME' ? each.paths : []));
  if (volumes.some(({ value }) => /docker\.sock|^\/var\/lib\/docker$/.test(value)))
    return { statement, state: 'fails' };
  const library = clientLibrary(project, dockerfile, stage);
  if (library !== undefined) return { statement: `${statement} ${library} names the engine's client.`, state: 'fails' };
  const line = dockerClient(dockerfile, stage);
  return line === undefined
    ? undefined
    : { statement: `${statement} Line ${line} gives it Docker's client.`, state: 'fails' };
}

/** The manifest of an application in the image that depends on a client of the engine itself, not by way of another package. */
function clientLibrary(project: Project, dockerfile: Dockerfile, stage: Stage): string | undefined {
  const manifests = buildsOf(project, dockerfile)
    .filter((build) => build.stage === stage)
    .flatMap((build) => applicationsOf(project, build))
    .flatMap((application) => [...application.manifests.values()]);
  return manifests.find(({ path, text }) => {
    const name = baseName(path);
    if (name === 'go.mod')
      return /^[ \t]*(?:require[ \t]+)?github\.com\/(?:docker|moby)\/(?:docker|moby\/client)[ \t]+v\S+[ \t]*$/m.test(
        text,
      );
    if (name === 'package.json') return /"dockerode"\s*:/.test(text);
    return /^requirements[\w.-]*\.txt$/.test(name) && /^docker(?:[=<>~!\s].*)?$/m.test(text);
  })?.path;
}

/** The line that brings Docker's client: its package, its installer, its image or its archive. */
function dockerClient(dockerfile: Dockerfile, stage: Stage): number | undefined {
  const chain = new Set(stageChain(stage));
  const installed = packageCommands(dockerfile).find(
    ({ stage: own, read }) =>
      own !== undefined &&
      chain.has(own) &&
      read.action === 'install' &&
      ['apt', 'apk', 'rpm'].includes(read.ecosystem) &&
      read.packages.some(({ name }) => /^docker(?:\.io|-cli|-ce|-ce-cli|-engine)?$/.test(name)),
  );
  if (installed) return installed.instruction.line;
  return imageInstructions(stage).find((each) => {
    if (each.name === 'COPY')
      return each.sources.some(({ value }) => /(?:^|\/)bin\/docker$/.test(value)) && each.from !== undefined;
    if (each.name !== 'RUN' && each.name !== 'ADD') return false;
    const text = dockerfile.text.slice(each.range.start, each.range.end);
    return /\bget\.docker\.com\b|\bdownload\.docker\.com\/linux\/static\b/.test(text);
  })?.line;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
