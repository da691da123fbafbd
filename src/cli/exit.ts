/** Open streams of the process itself, on which nothing is being written. */
const standing: ReadonlySet<string> = new Set(['TTYWrap', 'PipeWrap']);

/**
 * Ends the process with the code that a command gives, once all output has been taken.
 * @param last done before the process ends, when all output is written
 */
export function exit(result: Promise<number>, last: () => void): void {
  result.then((code) => {
    process.exitCode = code;
    last();
    // Node.js would first let V8 collect what is going to be gone with the process. Where anything is still to be done, it does that and ends by itself.
    process.nextTick(() => {
      if (process.getActiveResourcesInfo().every((resource) => standing.has(resource))) process.exit();
    });
  });
}
