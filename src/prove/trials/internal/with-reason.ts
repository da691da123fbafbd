/** What was asked, which rejects with the signal's reason once it is cancelled: whatever it was that the cancelling broke off. */
export async function withReason<Result>(asked: Promise<Result>, signal: AbortSignal): Promise<Result> {
  try {
    return await asked;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
