import { expect, test } from 'vitest';
import { boundedText } from '../../src/core/bounded-text.ts';

/** An answer that announces no length and never ends. */
function endless(): { readonly response: Response; readonly isCancelled: () => boolean } {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1000)),
    cancel: () => {
      cancelled = true;
    },
  });
  return { response: new Response(body), isCancelled: () => cancelled };
}

test('a text up to the bound is given whole, characters across pieces too', async () => {
  const bytes = new TextEncoder().encode('größer');
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect(await boundedText(new Response(body), bytes.length)).toBe('größer');
  expect(await boundedText(new Response(null), 0)).toBe('');
});

test('an answer without end is left where the bound is', async () => {
  const { response, isCancelled } = endless();
  await expect(boundedText(response, 10_000)).rejects.toThrow('more than 10000 bytes');
  expect(isCancelled()).toBe(true);
});
