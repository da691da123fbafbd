// One version of the example: its findings, its image, and how it gets to the node and is ready.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { must, until } from './command.mjs';

/** What `plimsoll audit` finds, by severity. */
export function findingsOf(plimsoll, directory) {
  const { status, stdout, stderr } = plimsoll(['audit', directory, '--format', 'json', '--fail-on', 'never']);
  if (status !== 0) throw new Error(stderr);
  const { findings } = JSON.parse(stdout);
  const count = (severity) => findings.filter((finding) => finding.severity === severity).length;
  return { error: count('error'), warning: count('warning'), note: count('note') };
}

/** Builds with the real engine and pushes to the registry; bytes as the engine counts them. */
export function buildImage({ docker, registry }, directory, tag) {
  const image = `${registry}/carts:${tag}`;
  const begun = Date.now();
  must(docker.command, [...docker.args, 'build', '--network=host', '--no-cache', '--tag', image, directory], {
    env: { ...process.env, DOCKER_BUILDKIT: '1' },
  });
  const seconds = (Date.now() - begun) / 1000;
  const inspected = JSON.parse(must(docker.command, [...docker.args, 'image', 'inspect', image]));
  must(docker.command, [...docker.args, 'push', image]);
  return { image, bytes: inspected[0].Size, layers: inspected[0].RootFS.Layers.length, buildSeconds: seconds };
}

/** The example's manifests with this image, and what the demo changes in them; nothing else is touched. */
export function setImage(directory, image) {
  const file = path.join(directory, 'deploy/deployment.yaml');
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(/^( +image: ).*$/m, `$1${image}`);
  if (changed === text) throw new Error('the example names no image');
  writeFileSync(file, changed);
}

/** Applies the manifests and waits until all replicas are ready: seconds from the first pod's creation, and of the pull. */
export async function deploy({ kubectl, namespace }, directory) {
  const begun = Date.now();
  kubectl(['apply', '--namespace', namespace, '--filename', path.join(directory, 'deploy')]);
  await until('the Deployment to be rolled out', 300, () => isRolledOut(kubectl, namespace));
  const readySeconds = (Date.now() - begun) / 1000;
  const pulls = await until('the kubelet to say how long it pulled', 30, () => pullsOf(kubectl, namespace, begun));
  return { readySeconds, pullSeconds: Math.max(...pulls) };
}

function isRolledOut(kubectl, namespace) {
  const { metadata, spec, status } = JSON.parse(
    kubectl(['get', 'deployment', 'carts', '--namespace', namespace, '--output', 'json']),
  );
  return (
    status.observedGeneration >= metadata.generation &&
    status.updatedReplicas === spec.replicas &&
    status.readyReplicas === spec.replicas &&
    status.replicas === spec.replicas
  );
}

/** `Successfully pulled image "…" in 13.512s (13.512s including waiting). Image size: 958000000 bytes.` */
function pullsOf(kubectl, namespace, since) {
  const { items } = JSON.parse(
    kubectl(['get', 'events', '--namespace', namespace, '--field-selector', 'reason=Pulled', '--output', 'json']),
  );
  const times = items.flatMap(({ message, firstTimestamp, eventTime }) => {
    const [, minutes, seconds, milliseconds] =
      /pulled image .* in (?:(\d+)m)?(?:([\d.]+)s)?(?:([\d.]+)ms)? \(/.exec(message) ?? [];
    if (seconds === undefined && milliseconds === undefined) return [];
    if (Date.parse(firstTimestamp ?? eventTime) < since - 1000) return [];
    return [Number(minutes ?? 0) * 60 + Number(seconds ?? 0) + Number(milliseconds ?? 0) / 1000];
  });
  return times.length > 0 ? times : undefined;
}
