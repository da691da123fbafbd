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

/** The number that useradd or adduser gives to the user in the image. */
function createdUid(dockerfile: Dockerfile, stage: Stage, user: string): number | undefined {
  const steps = new Set(imageInstructions(stage));
  for (const program of ['useradd', 'adduser'])
    for (const { command, instruction } of dockerfile.commandsNamed(program)) {
      const words = command.arguments;
      if (!steps.has(instruction) || !words.some(({ value }) => value === user)) continue;
      for (const [index, { value }] of words.entries()) {
        const uid = /^(?:-u|--uid)(?:=(\d+))?$/.exec(value);
        const number = uid?.[1] ?? (uid ? words[index + 1]?.value : undefined);
        if (number !== undefined && /^[1-9]\d*$/.test(number)) return Number(number);
      }
    }
  return undefined;
}
