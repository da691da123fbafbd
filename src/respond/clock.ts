/** The times that a responder goes by. */
export interface Clock {
  /**
   * Milliseconds since 1970, as they were at the start, and from there on evenly: windows and cool-downs do not care when somebody
   * sets the machine's clock.
   */
  now(): number;
  /** What the machine's clock says now. */
  wall(): Date;
  /** Resolves after so many milliseconds, or when the signal says so. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's. */
export function systemClock(): Clock {
  const begun = Date.now() - performance.now();
  return {
    now: () => begun + performance.now(),
    wall: () => new Date(),
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const end = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, milliseconds);
        signal?.addEventListener('abort', end, { once: true });
      }),
  };
}
