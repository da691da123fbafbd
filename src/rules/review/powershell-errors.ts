import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { RunInstruction } from '../../dockerfile/instruction.ts';
import { shellWordsAt } from '../../dockerfile/shell-dialect.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'PowerShell goes on after an error in a build step',
  why: 'Most cmdlets report an error and go on; the step then succeeds, and the image lacks what the failed command should have made.',
  remedy:
    "Begin with $ErrorActionPreference = 'Stop'; — best once, in SHELL — and with $PSNativeCommandUseErrorActionPreference = $true; for programs.",
  peers: ['tally:powershell/error-action-preference'],
  check({ dockerfile }, { report }) {
    if (!/powershell|pwsh/i.test(dockerfile.text)) return;
    for (const { instruction, stage } of dockerfile.instructionsNamed('RUN')) {
      const script = powershellText(dockerfile, stage, instruction);
      if (script === undefined || stopsOnErrors.test(script)) continue;
      if (statements(script) < 2) continue;
      report({
        at: instruction.keyword.range,
        message: 'These PowerShell commands run on after one of them fails.',
      });
    }
  },
});

/** `Continue` is what it does by default. */
const stopsOnErrors = /ErrorActionPreference(?!\s*=\s*['"]?Continue\b)|-ErrorAction\s+Stop|\btrap\b|\btry\s*\{/i;

/** What PowerShell is given to run, the beginning of SHELL included; undefined when another shell runs the step. */
function powershellText(
  dockerfile: Dockerfile,
  stage: Stage | undefined,
  instruction: RunInstruction,
): string | undefined {
  const script = dockerfile.script(instruction);
  if (script === undefined || script.dialect !== 'powershell') {
    const started = script?.commands.find(({ name }) => /^(?:powershell|pwsh)(?:\.exe)?$/i.test(name));
    const words = started?.arguments.map(({ value }) => value) ?? [];
    const at = words.findIndex((word) => /^-c(?:ommand)?$/i.test(word));
    return at === -1 ? undefined : words.slice(at + 1).join(' ');
  }
  const shell = shellWordsAt(stage, instruction) ?? [];
  return `${shell.slice(1).join(' ')}\n${dockerfile.text.slice(instruction.keyword.range.end, instruction.range.end)}`.replace(
    /^.*-Command\s*/i,
    '',
  );
}

/** Statements, roughly: `;` or `&&` outside of quotes, and line ends of a here-document are not told from others. */
function statements(script: string): number {
  const bare = script.replace(/'[^']*'|"[^"]*"/g, '""');
  return bare.split(/;|&&/).filter((part) => /[A-Za-z]/.test(part)).length;
}
