/**
 * Ends the process with the code that a command gives, once all output has been taken.
 * @param last done before the process ends, when all output is written
 */
export function exit(result: Promise<number>, last: () => void): void {
  result.then((code) => {
    process.exitCode = code;
    last();
  });
}
