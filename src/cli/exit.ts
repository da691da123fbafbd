/**
 * Ends the process with the code that a command gives, once all output has been taken. A reader that went away is no error.
 * @param last done before the process ends, when all output is written
 */
export function exit(result: Promise<number>, last: () => void): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(process.exitCode ?? 0);
    });
  result.then((code) => {
    process.exitCode = code;
    last();
  });
}
