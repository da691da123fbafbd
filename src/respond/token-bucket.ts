/** Lets through so many at once, and so many a second in the long run. */
export interface Bucket {
  /** False where there is none left. */
  take(): boolean;
}

/** @param now milliseconds that never go back */
export function bucket(
  { burst, perSecond }: { readonly burst: number; readonly perSecond: number },
  now: () => number,
): Bucket {
  let tokens = burst;
  let at = now();
  return {
    take() {
      const current = now();
      tokens = Math.min(burst, tokens + (Math.max(0, current - at) / 1000) * perSecond);
      at = current;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
}
