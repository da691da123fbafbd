import { expect, test } from 'vitest';
import { historyLine } from '../../src/image/history-line.ts';

const hash = 'a'.repeat(64);

test.each([
  ['RUN /bin/sh -c apt-get update # buildkit', 'RUN apt-get update'],
  ['RUN |2 A=1 B=two words /bin/sh -c make # buildkit', 'RUN make'],
  ['|1 A=1 /bin/sh -c make', 'RUN make'],
  ['/bin/sh -c make   \n  && make install', 'RUN make && make install'],
  ['RUN /bin/bash -o pipefail -c curl x | sh # buildkit', 'RUN curl x | sh'],
  ['RUN /bin/sh -c <<EOF (set -e) # buildkit', 'RUN << EOF (set -e)'],
  ['COPY --chown=node:node . . # buildkit', 'COPY --chown=node:node . .'],
  [`/bin/sh -c #(nop) COPY dir:${hash} in /app `, `COPY dir:${hash} /app`],
  [`/bin/sh -c #(nop) COPY --chown=1:1 multi:${hash} in ./ `, `COPY --chown=1:1 multi:${hash} ./`],
  ['/bin/sh -c #(nop)  CMD ["node" "server.js"]', 'CMD ["node", "server.js"]'],
  ['CMD ["/bin/sh" "-c" "npm start"]', 'CMD ["/bin/sh", "-c", "npm start"]'],
  ['EXPOSE map[80/tcp:{}]', 'EXPOSE 80/tcp'],
  ['EXPOSE [3000/tcp 3001/tcp]', 'EXPOSE 3000/tcp 3001/tcp'],
  ['VOLUME [/data]', 'VOLUME /data'],
  ['SHELL [/bin/bash -c]', 'SHELL ["/bin/bash","-c"]'],
  [
    'HEALTHCHECK &{["CMD-SHELL" "curl -f http://localhost/"] "30s" "0s" "0s" \'\\x00\'}',
    'HEALTHCHECK CMD curl -f http://localhost/',
  ],
  ["# debian.sh --arch 'amd64' out/ 'bookworm'", "# debian.sh --arch 'amd64' out/ 'bookworm'"],
  ['', '# a layer without a note'],
  ['USER node', 'USER node'],
])('%s is said as %s', (createdBy, text) => {
  expect(historyLine({ createdBy }).text).toBe(text);
});

test('a note of several lines, of any length, is one line that ends itself', () => {
  const { text } = historyLine({ createdBy: `RUN ${'x\n'.repeat(100_000)}\\` });
  expect(text).not.toMatch(/\n|\\$/);
  expect(text.length).toBeLessThanOrEqual(4004);
});

test('an imported image says so', () => {
  expect(historyLine({ createdBy: '', comment: 'Imported from -' }).text).toBe('# Imported from -');
});
