import type { PeerId } from '../../core/finding.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { useHttps } from '../../repairs/use-https.ts';

const peers: Readonly<Record<string, readonly PeerId[]>> = {
  curl: ['parfum:curlUseHttpsUrl'],
  wget: ['parfum:wgetUseHttpsUrl'],
};
const local =
  /^http:\/\/(?:localhost|127\.|\[::1\]|0\.0\.0\.0|host\.docker\.internal|[^/:]+\.(?:local|internal|svc|cluster\.local)\b|[^./:]+(?:[:/]|$)|\$)/i;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A download over plain HTTP whose content nobody checks',
  why: 'Whoever stands between the build and the server can put anything into the image.',
  remedy: 'Use the https address, or compare the download with a checksum that stands in the Dockerfile.',
  peers: Object.values(peers).flat(),
  check({ dockerfile }, { report, today }) {
    for (const placed of dockerfile.commandsNamed('curl', 'wget')) {
      const { command, instruction } = placed;
      const urls = command.arguments.filter(({ value }) => /^http:\/\//i.test(value) && !local.test(value));
      const [url] = urls;
      if (url === undefined) continue;
      const others = dockerfile.script(instruction)?.commands ?? [];
      if (others.some(({ name }) => /^(?:(?:sha\d+|md5|b2)sum|shasum|gpgv?|gpg2|cosign|minisign|openssl)$/.test(name)))
        continue;
      const fix = useHttps(dockerfile, placed, urls, today);
      report({
        at: url.range,
        message: `${command.name} downloads over plain HTTP, and nothing checks what arrives.`,
        peers: peers[command.name] ?? [],
        ...(fix && { fix }),
      });
    }
  },
});
