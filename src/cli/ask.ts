import { createInterface } from 'node:readline';
import type { Terminal } from './command.ts';

/** Asks a person at a terminal. */
export interface Asker {
  /** The first letter of the answer that was chosen; undefined when the input ended. The first choice is what an empty line means. */
  ask(question: string, choices: readonly string[]): Promise<string | undefined>;
  close(): void;
}

/** Undefined when nobody can be asked: the input or the output is no terminal. */
export function askerOn({ stdin, stdout }: Terminal): Asker | undefined {
  if (!stdout.isTTY || !('isTTY' in stdin) || stdin.isTTY !== true) return undefined;
  const lines = createInterface({ input: stdin, terminal: false });
  const waiting = lines[Symbol.asyncIterator]();
  return {
    async ask(question, choices) {
      const keys = choices.map((choice) => choice.charAt(0));
      for (;;) {
        stdout.write(
          `${question}  ${choices.map((choice) => `[${choice.charAt(0)}]${choice.slice(1)}`).join('  ')} ? `,
        );
        const { value, done } = await waiting.next();
        if (done) return undefined;
        const answer = String(value).trim().toLowerCase();
        if (answer === '') return keys[0];
        const key = keys.find(
          (each) => each === answer || choices.some((choice) => choice === answer && choice.startsWith(each)),
        );
        if (key !== undefined) return key;
      }
    },
    close: () => lines.close(),
  };
}
