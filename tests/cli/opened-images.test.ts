import { describe, expect, it } from 'vitest';
import { openedImages } from '../../src/cli/opened-images.ts';
import { openImage } from '../../src/image/sources/open-image.ts';
import type { BuiltImage } from '../../src/prove/build.ts';

const built = (tag: string): BuiltImage => ({
  tag,
  id: `sha256:${tag}`,
  source: `docker-daemon:${tag}`,
  seconds: 1,
  contextBytes: 0,
  logFile: '',
  steps: [],
});

function counted() {
  const said: string[] = [];
  const images = openedImages(async ({ tag }) => {
    said.push(`open ${tag}`);
    const image = await openImage('rootfs:src/core', { environment: {}, registry: { mirrors: [] } });
    return {
      ...image,
      name: tag,
      close: async () => {
        said.push(`close ${tag}`);
      },
    };
  });
  const look = (tag: string) => images.look(built(tag), ({ name }) => name);
  return { said, images, look };
}

describe('images that a proof looks at', () => {
  it('opens each once, however often it is looked at', async () => {
    const { said, look } = counted();
    expect(await look('one')).toBe('one');
    expect(await look('two')).toBe('two');
    expect(await look('one')).toBe('one');
    expect(said).toEqual(['open one', 'open two']);
  });

  it('keeps two, and closes the one that was not used longest before it opens a third', async () => {
    const { said, look } = counted();
    for (const tag of ['one', 'two', 'one', 'three', 'one']) await look(tag);
    expect(said).toEqual(['open one', 'open two', 'close two', 'open three']);
  });

  it('closes what is open at the end', async () => {
    const { said, images, look } = counted();
    await look('one');
    await images.close();
    expect(said).toEqual(['open one', 'close one']);
  });
});
