import type { CommandWord } from '../core/command-line.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { ownershipWords } from '../project/ownership.ts';
import { baseImageOf, imageInstructions, isRootUser, stageChain } from '../project/stage-facts.ts';

/** A user or group that files are given to, as written. */
export interface Owner {
  /** Empty where only a group is named. */
  readonly user: string;
  readonly group: string | undefined;
}

/** A user that a step makes. */
export interface MadeUser {
  readonly name: string;
  readonly uid: string | undefined;
}

/** The users that the steps of a stage, and of those that it builds on, make, and to whom they give files. */
export interface NamedUsers {
  readonly made: readonly MadeUser[];
  /** Without root. */
  readonly owners: readonly Owner[];
}

/** Undefined where a variable names one of them, a condition decides, or a step renames, renumbers or removes users. */
export function namedUsers(dockerfile: Dockerfile, stage: Stage): NamedUsers | undefined {
  const chain = new Set<Stage | undefined>(stageChain(stage));
  const commands = dockerfile
    .commandsNamed('useradd', 'adduser', 'usermod', 'userdel', 'deluser', 'chown', 'chgrp', 'install')
    .filter((placed) => chain.has(placed.stage) && placed.instruction.name === 'RUN');
  const made: MadeUser[] = [];
  const written: (string | undefined)[] = imageInstructions(stage).flatMap((each) =>
    (each.name === 'COPY' || each.name === 'ADD') && each.chown ? [each.chown.value] : [],
  );
  for (const { command } of commands) {
    const words = command.arguments;
    if (command.name === 'userdel' || command.name === 'deluser') return undefined;
    if (command.name === 'usermod') {
      if (words.some(({ value }) => /^-(?:[ulgo]|-(?:uid|login|gid|non-unique))/.test(value))) return undefined;
    } else if (command.name === 'chown') written.push(literal(ownershipWords(command).operands[0]));
    else if (command.name === 'chgrp') written.push(prefixed(literal(ownershipWords(command).operands[0])));
    else if (command.name === 'install') {
      const at = words.findIndex(({ value }) => /^(?:-[a-zA-Z]*o|--owner(?:=.*)?)$/.test(value));
      if (at >= 0) written.push(/=(.+)/.exec(words[at]?.value ?? '')?.[1] ?? literal(words[at + 1]));
    } else {
      const user = madeUser(command.name, words);
      if (user === 'none') continue;
      if (user === undefined || command.place.inside.length > 0) return undefined;
      made.push(user);
    }
  }
  const owners = written.map(ownerOf);
  if (!owners.every((owner) => owner !== undefined)) return undefined;
  return { made, owners: owners.filter(({ user, group }) => !isRoot(user) || !isRoot(group ?? '')) };
}

function literal(word: CommandWord | undefined): string | undefined {
  return word?.literal ? word.value : undefined;
}

function prefixed(group: string | undefined): string | undefined {
  return group === undefined ? undefined : `:${group}`;
}

function ownerOf(written: string | undefined): Owner | undefined {
  const [, user = '', group] = /^([\w-]*)(?:[:.]([\w-]*))?$/.exec(written ?? '$') ?? [];
  return user === '' && !group ? undefined : { user, group: group || undefined };
}

function isRoot(name: string): boolean {
  return name === '' || isRootUser(name);
}

/** `none` for adduser with two operands, which puts a user into a group. */
function madeUser(program: string, words: readonly CommandWord[]): MadeUser | 'none' | undefined {
  const operands = words.filter(({ value }, at) => !value.startsWith('-') && !takesValue(words[at - 1]?.value));
  if (program === 'adduser' && operands.length === 2) return 'none';
  const name = literal(operands.length === 1 ? operands[0] : program === 'useradd' ? words.at(-1) : undefined);
  if (name === undefined || !/^[a-z_][a-z0-9_-]*$/.test(name)) return undefined;
  const at = words.findIndex(({ value }) => /^(?:-u|--uid)$/.test(value));
  const uid = /^--uid=(.*)$/.exec(words.find(({ value }) => value.startsWith('--uid='))?.value ?? '')?.[1];
  return { name, uid: at < 0 ? uid : words[at + 1]?.value };
}

/** Options of useradd and adduser that are followed by a value. */
function takesValue(option: string | undefined): boolean {
  return (
    option !== undefined &&
    /^-(?:[a-zA-Z]*[ugGhdscekKbp]|-(?:uid|gid|home|shell|gecos|ingroup|groups|home-dir|comment|base-dir|password|key|skel))$/.test(
      option,
    )
  );
}

/** Whether every user that steps make is the one that USER gets, and all files that they give away are his. */
export function isTheNamedUser(stage: Stage, { made, owners }: NamedUsers, value: string): boolean {
  const [user = '', group] = value.split(':');
  const known = [...made, ...baseImageOf(stage).users.map(({ name, uid }) => ({ name, uid: String(uid) }))].filter(
    ({ name, uid }) => name === user || uid === user,
  );
  const names = new Set([user, ...known.flatMap(({ name, uid }) => (uid === undefined ? [name] : [name, uid]))]);
  return (
    made.every(({ name }) => names.has(name)) &&
    owners.every((owner) =>
      isRoot(owner.user) ? names.has(owner.group ?? '') || owner.group === group : names.has(owner.user),
    )
  );
}

/** The one user to whom all files are given that are given away, as USER can name it; undefined where its number is not known. */
export function theOwner(
  stage: Stage,
  { owners }: NamedUsers,
): { value: string; name: string | undefined } | undefined {
  const { users } = baseImageOf(stage);
  const numbers = new Set(
    owners.map(({ user }) => (/^[1-9]\d*$/.test(user) ? Number(user) : users.find(({ name }) => name === user)?.uid)),
  );
  const [uid] = numbers;
  if (numbers.size !== 1 || uid === undefined) return undefined;
  const groups = new Set(owners.map(({ group }) => group));
  const [group] = groups;
  const gid = groups.size === 1 && group !== undefined && /^\d+$/.test(group) ? group : uid;
  return { value: `${uid}:${gid}`, name: users.find((each) => each.uid === uid)?.name };
}
