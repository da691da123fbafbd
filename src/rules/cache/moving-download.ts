import type { SourceRange } from '../../core/text.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** Addresses whose content changes with the next commit or release, as the forges write them. */
const moving: readonly (readonly [address: RegExp, what: string])[] = [
  [
    /^https?:\/\/raw\.githubusercontent\.com\/[^/\s]+\/[^/\s]+\/(?:refs\/heads\/)?(?:master|main|HEAD|develop)\//,
    'a branch',
  ],
  [
    /^https?:\/\/(?:www\.)?github\.com\/[^/\s]+\/[^/\s]+\/(?:raw|archive|tarball|zipball)\/(?:refs\/heads\/)?(?:master|main|HEAD|develop)(?:[./]|$)/,
    'a branch',
  ],
  [/^https?:\/\/(?:www\.)?github\.com\/[^/\s]+\/[^/\s]+\/releases\/latest\/download\//, 'the latest release'],
  [/^https?:\/\/gitlab\.com\/[^\s]+\/-\/(?:raw|archive)\/(?:master|main)\//, 'a branch'],
  [/^https?:\/\/bitbucket\.org\/[^/\s]+\/[^/\s]+\/(?:raw|get)\/(?:master|main)[./]/, 'a branch'],
];

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'What is downloaded changes while the step stays the same',
  why: 'The cache keeps what was there on one day, and a build elsewhere gets something else: neither is said anywhere, and what was tested is not what is built next.',
  remedy: 'Name a tag, a release or a commit, and check what arrives against its checksum.',
  peers: [],
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed('curl', 'wget', 'aria2c'))
      for (const word of command.arguments) {
        const what = movingTarget(word.value);
        if (what) report({ at: word.range, message: `${command.name} downloads ${what}.` });
      }
    for (const { instruction } of dockerfile.instructionsNamed('ADD'))
      for (const { value, range } of instruction.checksum ? [] : instruction.sources) {
        const what = movingTarget(value);
        if (what) report({ at: range, message: `ADD downloads ${what}.` });
      }
    const chosen = lastChoices(dockerfile);
    const byStep = new Map<Instruction, SourceRange[]>();
    for (const { instruction, range, stage } of clones(dockerfile))
      if (range.start >= (chosen.get(stage) ?? -1))
        byStep.set(instruction, [...(byStep.get(instruction) ?? []), range]);
    for (const [first, ...others] of byStep.values())
      if (first)
        report({
          at: first,
          also: others.map((range) => ({ range, note: 'clones too' })),
          message: 'git clone takes whatever the branch holds on the day of the build.',
        });
  },
});

function movingTarget(address: string): string | undefined {
  return address.includes('://') ? moving.find(([form]) => form.test(address))?.[1] : undefined;
}

interface Clone {
  readonly instruction: Instruction;
  readonly stage: Stage | undefined;
  readonly range: SourceRange;
}

function clones(dockerfile: Dockerfile): readonly Clone[] {
  return dockerfile.commandsNamed('git').flatMap(({ command, instruction, stage }) => {
    const words = command.arguments.map(({ value }) => value);
    const isFree = words[0] === 'clone' && !words.some((word) => namesCommit.test(word));
    return isFree ? { instruction, stage, range: command.range } : [];
  });
}

/** An option that names a branch or tag; a variable may hold one. */
const namesCommit = /^(?:-b|--branch|--revision|--mirror)(?:=|$)|^-b.|\$/;
const choices = /^(?:checkout|reset|switch|fetch|pull|submodule|describe|rev-parse|rev-list|tag)$/;

/** Where in each stage the last command stands that takes a commit of its own. */
function lastChoices(dockerfile: Dockerfile): ReadonlyMap<Stage | undefined, number> {
  const last = new Map<Stage | undefined, number>();
  for (const { command, stage } of dockerfile.commandsNamed('git'))
    if (command.arguments.some(({ value }) => choices.test(value))) last.set(stage, command.range.start);
  return last;
}
