import type { CommandWord } from '../../core/command-line.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { readDownload } from '../../ecosystems/downloads.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { takeComposerFromImage } from '../../repairs/composer-image.ts';
import { takeNodeFromImage } from '../../repairs/node-image.ts';
import { runnerOf } from '../../repairs/piped-script.ts';

const checkers = /^(?:(?:md5|sha\d+|b2)sum|shasum|cosign|minisign|slsa-verifier)$/;

/** To make a fix takes a look at all of the step: no person wrote a file that asks for more of them. */
const mostFixes = 50;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A script is downloaded and run unseen',
  why: 'Whoever controls that address, or what it answers today, runs any command in the build; a download that breaks off runs half.',
  remedy:
    'Install a package or a release of a fixed version; or download the script of a fixed version to a file, compare its checksum, then run it.',
  peers: [],
  check({ dockerfile }, { report }) {
    let fixes = 0;
    const checked = new Map<readonly ShellCommand[], boolean>();
    for (const placed of dockerfile.commandsNamed('curl', 'wget', 'wget2')) {
      const commands = dockerfile.script(placed.instruction)?.commands ?? [];
      const runner = runnerOf(commands, placed.command);
      if (runner === undefined) continue;
      const isChecked = checked.get(commands) ?? commands.some(checks);
      checked.set(commands, isChecked);
      if (isChecked) continue;
      const download = readDownload(placed.command);
      if (download?.output !== 'stdout' || download.sends) continue;
      const host = download.urls.map(hostOf).find((each) => each !== undefined);
      if (host !== undefined && /^(?:localhost|127\.)/.test(host)) continue;
      const take = imageOf(download.urls);
      const fix = take && fixes++ < mostFixes ? take(dockerfile, placed, runner) : undefined;
      report({
        at: placed.command.range,
        ...(fix && { fix }),
        message: `${runner.name} runs what ${placed.command.name} downloads${host === undefined ? '' : ` from ${host}`}, unseen.`,
      });
    }
  },
});

/** The repair for installers of what an official image holds. */
function imageOf([url, another]: readonly CommandWord[]) {
  if (url === undefined || another !== undefined) return undefined;
  if (/^(?:https?:\/\/)?(?:www\.)?getcomposer\.org\/installer$/.test(url.value)) return takeComposerFromImage;
  return /^https?:\/\/deb\.nodesource\.com\//.test(url.value) ? takeNodeFromImage : undefined;
}

/** A command that compares a checksum or checks a signature. */
function checks({ name, arguments: words }: ShellCommand): boolean {
  if (checkers.test(name)) return true;
  if (name === 'gpg' || name === 'gpgv') return name === 'gpgv' || words.some(({ value }) => value === '--verify');
  return name === 'openssl' && words[0]?.value === 'dgst';
}

function hostOf({ value }: CommandWord): string | undefined {
  return /^(?:https?:\/\/)?(?:[^@/\s$]*@)?((?:[\w-]+\.)+[\w-]+|localhost)(?:[:/?#]|$)/.exec(value)?.[1];
}
