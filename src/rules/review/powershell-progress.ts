import { shellWordsAt } from '../../dockerfile/shell-dialect.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A PowerShell download draws a progress bar that nobody sees',
  why: 'Windows PowerShell updates the bar for every block that it reads, which makes a download several times slower.',
  remedy: "Set $ProgressPreference = 'SilentlyContinue'; before the download, best once in SHELL.",
  peers: ['tally:powershell/progress-preference'],
  check({ dockerfile }, { report }) {
    if (!/Invoke-WebRequest|\biwr\b/i.test(dockerfile.text)) return;
    for (const { instruction, stage } of dockerfile.instructionsNamed('RUN')) {
      const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
      if (!isDownload(text)) continue;
      const before = (shellWordsAt(stage, instruction) ?? []).join(' ');
      if (/ProgressPreference/i.test(`${before} ${text}`)) continue;
      report({
        at: instruction.keyword.range,
        message: 'Invoke-WebRequest draws its progress bar in this step.',
      });
    }
  },
});

function isDownload(text: string): boolean {
  return /Invoke-WebRequest\b/i.test(text) || (/\biwr\s/i.test(text) && /powershell|pwsh/i.test(text));
}
