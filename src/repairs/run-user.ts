import type { BaseImage } from '../bases/base-image.ts';
import { literalPattern } from '../core/literal-pattern.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { ValueInstruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { surelyOwnBaseOf } from '../project/own-base.ts';
import type { Project } from '../project/project.ts';
import { baseImageOf, expandedValue, imageInstructions, isRootUser, stageChain } from '../project/stage-facts.ts';
import { isTheNamedUser, type NamedUsers, namedUsers, theOwner } from './named-users.ts';

/** A user that the program can run as. */
export interface RunUser {
  /** What USER and chown are given: `1000:1000`, or a name where its number is not known. */
  readonly value: string;
  /** For sentences: `node (1000)`, `a user of its own (10001)`. */
  readonly title: string;
  /** Commands that make the user; empty when it is there. */
  readonly creation: readonly string[];
  /** False for a number without an entry in /etc/passwd, which has `/` as its home. */
  readonly hasHome: boolean;
}

/**
 * The user that the file or its base image has for the program, else one to be made. Undefined where the steps make another one, or give files
 * to another one: whom the program is meant to run as is then not for a repair to say.
 */
export function runUser(project: Project, dockerfile: Dockerfile, stage: Stage): RunUser | undefined {
  const base = baseImageOf(stage);
  if (base.distribution === 'windows') return undefined;
  const named = namedUsers(dockerfile, stage);
  if (named === undefined || switchesToUnknown(dockerfile, stage)) return undefined;
  const user =
    userBefore(dockerfile, stage) ??
    createdUser(dockerfile, stage) ??
    userOfOwnBase(project, dockerfile, stage) ??
    userOfFiles(stage, named) ??
    (isChosenByVariable(stage) ? undefined : (userOfBase(base) ?? newUser(dockerfile, stage, base)));
  return user && isTheNamedUser(stage, named, user.value) ? user : undefined;
}

/** `FROM ${VARIANT}-base`, where VARIANT tells between stages: the numbers of users, and how one is made, are those of one of them. */
function isChosenByVariable(stage: Stage): boolean {
  return stageChain(stage).some(({ base, from }) => base.kind === 'stage' && from?.image?.value.includes('$'));
}

function switchesToUnknown(dockerfile: Dockerfile, stage: Stage): boolean {
  return imageInstructions(stage).some(
    (each) => each.name === 'USER' && expandedValue(dockerfile, each, each.value) === undefined,
  );
}

/** The one that the files are given to. */
function userOfFiles(stage: Stage, named: NamedUsers): RunUser | undefined {
  const owner = theOwner(stage, named);
  if (owner === undefined) return undefined;
  const { value, name } = owner;
  const number = value.slice(0, value.indexOf(':'));
  const title = name === undefined ? `the owner of its files, ${number}` : `${name} (${number})`;
  // What packages and services have, below 1000, has a directory of theirs as its home.
  return { value, title, creation: [], hasHome: name !== undefined && name !== 'nobody' && Number(number) >= 1000 };
}

/** The USER that was in force before the image went back to root. */
function userBefore(dockerfile: Dockerfile, stage: Stage): RunUser | undefined {
  const users = imageInstructions(stage).filter((each): each is ValueInstruction => each.name === 'USER');
  for (const user of [...users].reverse()) {
    const value = expandedValue(dockerfile, user, user.value)?.trim();
    if (value === undefined) return undefined;
    const name = value.split(':', 1)[0] ?? '';
    if (/^[\w.-]+(?::[\w.-]+)?$/.test(value) && !isRootUser(name) && !ofServices.test(name))
      return { value, title: value, creation: [], hasHome: true };
  }
  const own = baseImageOf(stage).user;
  if (own === undefined || isRootUser(own) || own === 'nobody') return undefined;
  const uid = baseImageOf(stage).users.find(({ name }) => name === own)?.uid;
  return { value: uid === undefined ? own : `${uid}:${uid}`, title: own, creation: [], hasHome: true };
}

/** The one of a base that a build of the project makes, or of what that stands on in turn. */
function userOfOwnBase(project: Project, dockerfile: Dockerfile, stage: Stage): RunUser | undefined {
  const seen = new Set<Stage>();
  let own = surelyOwnBaseOf(project, dockerfile, stage);
  while (own !== undefined && !seen.has(own.stage)) {
    seen.add(own.stage);
    // A build may give the variable another value than the file does.
    if (imageInstructions(own.stage).some((each) => each.name === 'USER' && each.value.value.includes('$')))
      return undefined;
    const user = userBefore(own.dockerfile, own.stage) ?? createdUser(own.dockerfile, own.stage);
    if (user !== undefined) return user;
    own = surelyOwnBaseOf(project, own.dockerfile, own.stage);
  }
  return undefined;
}

/** Users that packages and services have for themselves. */
const ofServices =
  /^(?:mysql|postgres|redis|mongodb?|nginx|www-data|apache|sshd?|git|ftp|nobody|daemon|messagebus|rabbitmq|zabbix|munin|puppet|hadoop|hdfs|yarn|mapred|kafka|zookeeper|build(?:er|bot)?|_apt|systemd-.*|sudo|docker|root)$/;

/** A user that a step makes and nothing but USER is missing for. */
function createdUser(dockerfile: Dockerfile, stage: Stage): RunUser | undefined {
  const chain = new Set(stageChain(stage));
  const made = dockerfile
    .commandsNamed('useradd', 'adduser')
    .filter(({ stage: own, command }) => own && chain.has(own) && command.place.inside.length === 0)
    .flatMap(({ command }) => {
      const words = command.arguments;
      const operands = words.filter(({ value }, at) => !value.startsWith('-') && !takesValue(words[at - 1]?.value));
      const name = command.name === 'useradd' ? words.at(-1) : operands[0];
      // Two operands of adduser put a user into a group.
      if (command.name === 'adduser' && operands.length > 1) return [];
      if (!name?.literal || !/^[a-z_][a-z0-9_-]*$/.test(name.value) || ofServices.test(name.value)) return [];
      const uid =
        numberBehind(words, /^(?:-u|--uid)$/) ??
        /^--uid=(\d+)$/.exec(words.find(({ value }) => value.startsWith('--uid='))?.value ?? '')?.[1];
      return [{ name: name.value, uid }];
    });
  const [only] = made;
  if (only === undefined || made.length > 1) return undefined;
  const isNumber = only.uid !== undefined && Number(only.uid) > 0;
  return {
    value: isNumber && only.uid !== undefined ? only.uid : only.name,
    title: isNumber ? `${only.name} (${only.uid})` : only.name,
    creation: [],
    hasHome: true,
  };
}

function takesValue(option: string | undefined): boolean {
  return (
    option !== undefined &&
    /^-(?:[a-zA-Z]*[ugGhdscek]|-(?:uid|gid|home|shell|gecos|ingroup|groups|home-dir|comment))$/.test(option) &&
    option !== '-S'
  );
}

function numberBehind(words: readonly { readonly value: string }[], option: RegExp): string | undefined {
  const value = words[words.findIndex((word) => option.test(word.value)) + 1]?.value;
  return words.some((word) => option.test(word.value)) && value !== undefined && /^\d+$/.test(value)
    ? value
    : undefined;
}

/** Users that an official image has for programs that stand on it, by what the image is for. */
const usersForPrograms: Readonly<Record<string, string>> = {
  node: 'node',
  php: 'www-data',
  gradle: 'gradle',
  dotnet: 'app',
  nginx: 'nginx',
  jenkins: 'jenkins',
};

function userOfBase({ runtime, users, distribution }: BaseImage): RunUser | undefined {
  const wanted = runtime && Object.hasOwn(usersForPrograms, runtime.name) ? usersForPrograms[runtime.name] : undefined;
  const name = wanted ?? (distribution === 'distroless' || distribution === 'wolfi' ? 'nonroot' : undefined);
  const user = users.find((each) => each.name === name);
  if (user === undefined) return undefined;
  return {
    value: `${user.uid}:${user.uid}`,
    title: `${user.name} (${user.uid})`,
    creation: [],
    hasHome: user.name !== 'www-data',
  };
}

/** Distributions whose images hold groupadd and useradd of shadow. */
const withShadow: ReadonlySet<string> = new Set([
  'debian',
  'ubuntu',
  'rhel',
  'centos',
  'fedora',
  'rocky',
  'almalinux',
  'oraclelinux',
  'opensuse',
  'arch',
]);

/** A user with a number above those that packages take. In `scratch` a number is all that there can be. */
function newUser(dockerfile: Dockerfile, stage: Stage, base: BaseImage): RunUser | undefined {
  const { distribution, packageManager, shell } = base;
  if (distribution === 'scratch' || distribution === 'distroless')
    return { value: '65532:65532', title: 'another user, 65532', creation: [], hasHome: false };
  const account = userOfSibling(dockerfile, stage, base) ?? freeUser(dockerfile);
  if (account === undefined) return undefined;
  const { id, name } = account;
  const title = `a user of its own, ${name} (${id})`;
  const value = `${id}:${id}`;
  if (distribution === 'alpine' || distribution === 'busybox')
    return {
      value,
      title,
      creation: [`addgroup -g ${id} ${name}`, `adduser -D -u ${id} -G ${name} ${name}`],
      hasHome: true,
    };
  if (withShadow.has(distribution) && packageManager !== 'microdnf' && packageManager !== 'none' && shell !== 'none')
    return {
      value,
      title,
      creation: [`groupadd --gid ${id} ${name}`, `useradd --no-log-init --uid ${id} --gid ${id} --create-home ${name}`],
      hasHome: true,
    };
  return { value, title: `another user, ${id}`, creation: [], hasHome: false };
}

interface Account {
  readonly id: number;
  readonly name: string;
}

function freeUser({ text }: Dockerfile): Account | undefined {
  const id = [10001, 10002, 10003, 10101].find((each) => !text.includes(String(each)));
  const name = ['app', 'service', 'runner'].find(
    (each) =>
      !new RegExp(`(?:useradd|adduser|addgroup|groupadd)[^\\n]*(?<!\\w)${literalPattern(each)}(?!\\w)`).test(text),
  );
  return id === undefined || name === undefined ? undefined : { id, name };
}

/** The user that another stage makes with a number: images of one file that share a volume then agree on its owner. */
function userOfSibling(dockerfile: Dockerfile, stage: Stage, base: BaseImage): Account | undefined {
  const chain = new Set<Stage | undefined>(stageChain(stage));
  const makers = dockerfile.commandsNamed('useradd', 'adduser', 'groupadd', 'addgroup');
  const accounts = makers.flatMap(({ stage: own, command: { name: program, arguments: words } }): Account[] => {
    if (own === undefined || chain.has(own) || !/^user|user$/.test(program)) return [];
    const name = words.at(-1);
    const id = Number(numberBehind(words, /^(?:-u|--uid)$/) ?? 0);
    return name?.literal && /^[a-z_][a-z0-9_-]*$/.test(name.value) && id >= 1000 && !ofServices.test(name.value)
      ? [{ id, name: name.value }]
      : [];
  });
  const [first] = accounts;
  if (first === undefined || accounts.some(({ id, name }) => id !== first.id || name !== first.name)) return undefined;
  const isTaken =
    base.users.some(({ name, uid }) => name === first.name || uid === first.id) ||
    makers.some(({ stage: own }) => chain.has(own));
  return isTaken ? undefined : first;
}
