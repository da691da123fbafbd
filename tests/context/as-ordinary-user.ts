/** Runs something without the rights of root, to whom no file is unreadable. */
export function asOrdinaryUser<Result>(run: () => Result): Result {
  if (process.getuid?.() !== 0) return run();
  process.seteuid?.(65534);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
  }
}
