/** Sockets over which whoever may open them rules the container engine, and with it the machine, by base name. */
const engineSockets: ReadonlyMap<string, string> = new Map([
  ['docker.sock', 'Docker'],
  ['containerd.sock', 'containerd'],
  ['crio.sock', 'CRI-O'],
  ['podman.sock', 'Podman'],
  ['cri-dockerd.sock', 'Docker'],
  ['dockershim.sock', 'Docker'],
  ['buildkitd.sock', 'BuildKit'],
]);

/** Directories that hold such a socket: mounting one gives the socket too. */
const socketDirectories: ReadonlyMap<string, string> = new Map([
  ['/run/containerd', 'containerd'],
  ['/var/run/containerd', 'containerd'],
  ['/run/crio', 'CRI-O'],
  ['/var/run/crio', 'CRI-O'],
  ['/run/podman', 'Podman'],
  ['/var/run/podman', 'Podman'],
]);

/** The container engine whose socket a path of the host is or holds; undefined for other paths. */
export function engineOfSocket(hostPath: string): string | undefined {
  const path = withoutSlash(hostPath);
  return (
    engineSockets.get(path.slice(path.lastIndexOf('/') + 1)) ??
    socketDirectories.get(path) ??
    (path === '/var/run' || path === '/run' ? 'every container engine' : undefined)
  );
}

/** What a path of the host gives to who can write there; undefined where that is not the whole machine. */
export function sensitiveHostPath(hostPath: string): string | undefined {
  const path = withoutSlash(hostPath);
  const exact = directories.get(path);
  if (exact !== undefined) return exact;
  for (const [tree, gives] of trees) if (path === tree || path.startsWith(`${tree}/`)) return gives;
  return undefined;
}

/** Directories that are sensitive as a whole, much below them is not: `/etc/ssl/certs`, `/dev/log`. */
const directories: ReadonlyMap<string, string> = new Map([
  ['', 'all files of the node'],
  ['/etc', 'the configuration and passwords of the node'],
  ['/etc/shadow', 'the passwords of the node'],
  ['/etc/sudoers', 'who becomes root'],
  ['/dev', 'all devices'],
  ['/dev/mem', 'all memory'],
  ['/usr', 'the programs of the node'],
  ['/usr/bin', 'the programs of the node'],
  ['/usr/local/bin', 'the programs of the node'],
  ['/bin', 'the programs of the node'],
  ['/sbin', 'the programs of the node'],
  ['/lib', 'the libraries of the node'],
  ['/var', 'the data of the node and of all pods'],
  ['/var/lib', 'the data of the node and of all pods'],
  ['/home', 'the files of all users'],
  ['/proc', 'all processes and kernel settings'],
  ['/sys', 'all devices and kernel settings'],
]);

/** Directories that are sensitive with all that is in them. */
const trees: readonly (readonly [string, string])[] = [
  ['/etc/kubernetes', 'the keys of the cluster'],
  ['/etc/cron.d', 'what the node runs as root'],
  ['/etc/systemd', 'what the node runs as root'],
  ['/root', 'the files of root'],
  ['/boot', 'the kernel'],
  ['/proc/sys', 'kernel settings'],
  ['/var/lib/kubelet', 'the volumes and secrets of all pods'],
  ['/var/lib/docker', 'the files of all containers'],
  ['/var/lib/containerd', 'the files of all containers'],
  ['/var/lib/containers', 'the files of all containers'],
  ['/var/lib/etcd', 'the data of the cluster'],
];

function withoutSlash(path: string): string {
  return path.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}
