/** Ends the process with the code that a command gives, once all output has been taken. A reader that went away is no error. */
export function exit(result: Promise<number>): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(process.exitCode ?? 0);
    });
  result.then((code) => {
    process.exitCode = code;
  });
}
