/** Tries until it passes, at most so many seconds. @throws what the last attempt threw */
export async function eventually(seconds: number, check: () => Promise<void>): Promise<void> {
  const until = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}
