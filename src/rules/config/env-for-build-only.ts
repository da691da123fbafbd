import type { Assumption, Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import type { EnvInstruction, KeyValue } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { copiedScriptText } from '../../project/copied-script.ts';
import { runsProgram, waitsForPerson } from '../../project/image-purpose.ts';
import { isOwnBase } from '../../project/own-base.ts';
import { type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain } from '../../project/stage-facts.ts';
import { startedScripts, startedWords } from '../../project/started-commands.ts';

/** Variables that only tools of the build read, and what they do to whoever works in the container. */
const buildOnly: Readonly<Record<string, string>> = {
  DEBIAN_FRONTEND: 'apt and debconf ask nothing, in every container and every image built on this one',
  DEBCONF_NONINTERACTIVE_SEEN: 'debconf asks nothing, in every container and every image built on this one',
  APT_KEY_DONT_WARN_ON_DANGEROUS_USAGE: 'a warning of apt-key is silenced for good',
};

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'ENV for a variable that only the build needs',
  why: 'ENV stays in the image: every container has the variable, and every image that is built on this one.',
  remedy: 'Use ARG, which RUN sees as well and the image does not keep, or set it in the RUN that needs it.',
  peers: [],
  check({ dockerfile, project }, { report }) {
    const shipped = new Set(shippedStages(project, dockerfile).flatMap((stage) => stageChain(stage)));
    for (const { instruction, stage } of dockerfile.instructionsNamed('ENV')) {
      if (stage === undefined || !shipped.has(stage)) continue;
      for (const pair of instruction.pairs) {
        const effect = Object.hasOwn(buildOnly, pair.key.value) ? buildOnly[pair.key.value] : undefined;
        if (effect === undefined) continue;
        const fix = asArgument(dockerfile, instruction, pair, stage, project);
        report({ at: pair.range, message: `${pair.key.value} stays in the image: ${effect}.`, ...(fix && { fix }) });
      }
    }
  },
});

function asArgument(
  dockerfile: Dockerfile,
  instruction: EnvInstruction,
  pair: KeyValue,
  stage: Stage,
  project: Project,
): Fix | undefined {
  if (instruction.pairs.length !== 1 || pair.value === undefined || instruction.syntax.innerComments.length > 0)
    return undefined;
  if (!stage.instructions.includes(instruction)) return undefined;
  const builtOn = dockerfile.stages.some((other) => other.base.kind === 'stage' && other.base.stage === stage);
  const written = dockerfile.text.slice(pair.value.range.start, pair.value.range.end);
  if (instruction.legacy && /\s/.test(written)) return undefined;
  const edits = [replace(dockerfile, instruction.keyword.range, 'ARG')];
  if (instruction.legacy)
    edits.push(replace(dockerfile, { start: pair.key.range.end, end: pair.value.range.start }, '='));
  return {
    title: `Declare ${pair.key.value} with ARG`,
    changes: { edits },
    assumptions: [
      {
        statement: 'No later stage of this file builds on this one and needs the variable.',
        state: builtOn ? 'fails' : 'holds',
      },
      {
        statement: 'No ONBUILD of the stage installs packages in builds on the image.',
        state: stage.instructions.some(({ name }) => name === 'ONBUILD') ? 'fails' : 'holds',
      },
      installsAtStart(project, dockerfile, stage),
      isNoBase(project, dockerfile, stage),
    ],
  };
}

/** An image that starts nothing is one that others are built on, and one that starts a shell a place to work in: who installs packages there would be asked from now on. */
function isNoBase(project: Project, dockerfile: Dockerfile, stage: Stage): Assumption {
  const statement = 'Nobody installs packages in an image that is built on this one, or by hand in its containers.';
  const runs = runsProgram(project, dockerfile, stage);
  const isBuiltOn = isOwnBase(project, dockerfile);
  if (runs && !waitsForPerson(stage) && !isBuiltOn) return { statement, state: 'holds' };
  const question =
    runs && !isBuiltOn
      ? 'Does anybody install packages in a running container? apt would ask questions from now on.'
      : 'Are images built on this one that install packages? They have to say it themselves then.';
  return { statement, state: 'unknown', question };
}

const tools = /\b(?:apt|apt-get|aptitude|dpkg|dpkg-reconfigure|debconf)\b/;

/** The start command, and the scripts that it starts, where they can be read. */
function installsAtStart(project: Project, dockerfile: Dockerfile, stage: Stage): Assumption {
  const statement = 'The container installs no packages when it starts.';
  if (startedWords(stage).some((word) => tools.test(word))) return installs(statement, 'the container');
  for (const name of startedScripts(dockerfile, stage)) {
    const text = copiedScriptText(project, dockerfile, stage, name);
    if (text === undefined || tools.test(text)) return installs(statement, name);
  }
  return { statement, state: 'holds' };
}

function installs(statement: string, who: string): Assumption {
  const question = `Does ${who} install packages when it starts, and count on this variable?`;
  return { statement, state: 'unknown', question };
}
