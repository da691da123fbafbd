import type { CommandWord } from '../core/command-line.ts';
import type { Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { baseImageOf, finalUser, imageInstructions } from '../project/stage-facts.ts';

/** Names the user of an image by the number that its base image or `useradd -u` gives it. */
export function numberedUser(dockerfile: Dockerfile, stage: Stage): Fix | undefined {
  const { instruction, user } = finalUser(dockerfile, stage);
  if (instruction === undefined || user === undefined || instruction.value.value !== user) return undefined;
  const uid = createdUid(dockerfile, stage, user) ?? baseImageOf(stage).users.find(({ name }) => name === user)?.uid;
  if (uid === undefined) return undefined;
  return {
    title: `Name the user by its number, ${uid}`,
    changes: {
      edits: [{ path: dockerfile.path, range: instruction.value.range, replacement: String(uid) }],
    },
    assumptions: [{ statement: `The image's user ${user} has the number ${uid}.`, state: 'holds' }],
  };
}

/** The number that useradd or adduser gives to the user in the image; undefined where a later step may give it another. */
function createdUid(dockerfile: Dockerfile, stage: Stage, user: string): number | undefined {
  const steps = new Set(imageInstructions(stage));
  const ownCommands = (...names: string[]) =>
    dockerfile
      .commandsNamed(...names)
      .flatMap(({ command, instruction }) => (steps.has(instruction) ? [command.arguments] : []));
  if (ownCommands('usermod', 'userdel', 'deluser').some((words) => words.some(({ value }) => value === user)))
    return undefined;
  for (const words of ownCommands('useradd', 'adduser')) {
    if (!creates(words, user)) continue;
    for (const [index, { value }] of words.entries()) {
      const [, joined, short] = /^(?:-u|--uid)(?:=(\d+))?$|^-u(\d+)$/.exec(value) ?? [];
      const number = joined ?? short ?? (/^(?:-u|--uid)$/.test(value) ? words[index + 1]?.value : undefined);
      if (number !== undefined && /^[1-9]\d*$/.test(number)) return Number(number);
    }
  }
  return undefined;
}

/** Options of useradd, and of adduser of Debian and BusyBox, whose value is the next word and may be the user's own name. */
const takesWord =
  /^(?:-[A-Za-z]*[bcdefgGhkKpRsuZ]|--(?:base-dir|comment|conf|expiredate|firstuid|gecos|gid|groups|home|home-dir|inactive|ingroup|key|lastuid|password|prefix|root|shell|skel|uid))$/;

/** The user is what is created, not the group or the home that another one gets. */
function creates(words: readonly CommandWord[], user: string): boolean {
  const named = words.find(
    ({ value }, index) => !value.startsWith('-') && !takesWord.test(words[index - 1]?.value ?? ''),
  );
  return named?.value === user;
}
