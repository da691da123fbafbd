import { exitCodes, UserError } from '../core/errors.ts';
import { inspectImage } from '../project/inspected-image.ts';
import { type ImageBrowser, imageBrowser } from '../report/image-browser.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { progressOn } from './progress.ts';
import { readImage, withoutVulnerabilities } from './read-image.ts';
import { keysOf } from './terminal-keys.ts';

const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';

/** `plimsoll image browse IMAGE`: looks through its layers and files until its user has seen enough. */
export async function performImageBrowse(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const [, name, ...others] = parsed.positionals;
  if (name === undefined || others.length > 0) throw new UserError('image browse takes the name of one image');
  const { stdin } = process;
  if (terminal.stdin !== stdin || !stdin.isTTY || !terminal.stdout.isTTY)
    throw new UserError('image browse needs a terminal', {
      remedy: `«plimsoll image ${name} --layers --files» lists the same.`,
    });
  const progress = progressOn(terminal, parsed.has('quiet'));
  try {
    // Packages have nothing to do with what is looked at here.
    const { analysis } = await readImage(name, withoutVulnerabilities(parsed), terminal, progress);
    progress.end();
    await show(imageBrowser(inspectImage(analysis, undefined, undefined)), stdin, process.stdout);
    return exitCodes.clean;
  } finally {
    progress.end();
  }
}

/** Until it is left; the terminal is as it was before, however this ends. */
async function show(browser: ImageBrowser, stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): Promise<void> {
  let restored = false;
  const restore = () => {
    if (restored) return;
    restored = true;
    stdin.setRawMode(false);
    stdout.write(leave);
  };
  const draw = () => {
    // A terminal that does not tell its size says 0.
    const lines = browser.screen(stdout.columns || 80, stdout.rows || 24);
    stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[0m\x1b[K`).join('\r\n')}\x1b[J`);
  };
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;
  const killed = (signal: NodeJS.Signals) => {
    restore();
    process.exit(signal === 'SIGINT' ? 130 : signal === 'SIGHUP' ? 129 : 143);
  };
  process.once('exit', restore);
  for (const signal of signals) process.on(signal, killed);
  stdout.on('resize', draw);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdout.write(enter);
  try {
    draw();
    for await (const input of stdin) {
      if (!keysOf(String(input)).every((key) => browser.press(key))) return;
      draw();
    }
  } finally {
    restore();
    stdout.off('resize', draw);
    for (const signal of signals) process.off(signal, killed);
    process.off('exit', restore);
    stdin.pause();
  }
}
