import type { ImageUse } from './project.ts';
import { isRootUser } from './stage-facts.ts';

/** True where what runs an image says of itself that it does not run it as root, whatever the image says. */
export function setsOtherUser(use: ImageUse): boolean {
  if (use.kind === 'service') {
    const [user = ''] = use.file.expand(String(use.service.user?.value ?? '')).text.split(':', 1);
    // Which user a variable without a default names is not known.
    return user !== '' && !user.includes('$') && !isRootUser(user);
  }
  const { runAsUser, runAsNonRoot } = use.container.security;
  return (runAsUser.value ?? 0) > 0 || runAsNonRoot.value === true;
}

/** Capabilities that an ordinary user of a container has use for: any other one is gone when the program does not begin as root. */
const forEveryUser = /^(?:CAP_)?NET_BIND_SERVICE$/i;

/** What every user of a machine may read: its time zone, certificates, names. https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html */
function isForEveryone(path: string): boolean {
  return /^\/(?:etc\/(?:localtime|timezone|hosts|hostname|resolv\.conf|os-release|machine-id|ssl(?:\/certs(?:\/.+)?)?|ca-certificates|pki\/ca-trust(?:\/.+)?)|usr\/(?:share(?:\/.+)?|lib\/os-release))\/?$/.test(
    path,
  );
}

/**
 * True where what runs an image gives it what only root in the container can use: it is privileged, or gets capabilities, or a directory
 * of the node that is root's or that it writes: an agent, a driver, a plug-in of the network.
 * https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
 * https://kubernetes.io/docs/concepts/storage/volumes/#hostpath
 */
export function givesRootsRights(use: ImageUse): boolean {
  const [isPrivileged, added] =
    use.kind === 'service'
      ? [/^(?:true|yes|on)$/i.test(use.service.privileged?.text ?? ''), use.service.capAdd]
      : [use.container.security.privileged.value === true, use.container.security.addedCapabilities];
  const ofNode =
    use.kind === 'container' &&
    use.container.volumeMounts.some(
      ({ volume, readOnly }) =>
        volume?.kind === 'hostPath' && !(readOnly && isForEveryone(volume.hostPath?.text ?? '')),
    );
  return isPrivileged || ofNode || added.some(({ text }) => !forEveryUser.test(text));
}
