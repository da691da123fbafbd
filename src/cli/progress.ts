import type { Terminal } from './command.ts';

/** Says on stderr what a long command is doing. */
export interface Progress {
  /** `done` of `total` when the share is known. */
  step(name: string, done?: number, total?: number): void;
  /** Takes the line away. */
  end(): void;
}

/** Nothing is said in the first second, more often than ten times a second, or when stderr is no terminal. */
export function progressOn(terminal: Terminal, quiet: boolean): Progress {
  if (quiet) return { step() {}, end() {} };
  const begun = process.uptime() * 1000;
  let last = 0;
  let shown = false;
  return {
    step(name, done, total) {
      const now = process.uptime() * 1000;
      // Asked last: it makes the stream, which a quick run never needs.
      if (now - begun < 1000 || now - last < 100 || !terminal.stderr.isTTY) return;
      last = now;
      shown = true;
      const share = done !== undefined && total ? ` ${Math.floor((100 * done) / total)} %` : '';
      terminal.stderr.write(`\r\u001b[2K${name}${share}`);
    },
    end() {
      if (shown) terminal.stderr.write('\r\u001b[2K');
    },
  };
}
