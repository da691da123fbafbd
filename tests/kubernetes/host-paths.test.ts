import { expect, test } from 'vitest';
import { engineOfSocket, sensitiveHostPath } from '../../src/kubernetes/host-paths.ts';

test.each([
  ['/var/run/docker.sock', 'Docker'],
  ['/run/user/1000/docker.sock', 'Docker'],
  ['/run/containerd/containerd.sock', 'containerd'],
  ['/run/containerd/', 'containerd'],
  ['/var/run/crio/crio.sock', 'CRI-O'],
  ['/run/podman', 'Podman'],
  ['/var/run/', 'every container engine'],
  ['/var/run/docker.sock.d', undefined],
  ['/var/log', undefined],
  ['./docker', undefined],
])('%s is the socket of %s', (path, engine) => {
  expect(engineOfSocket(path)).toBe(engine);
});

test.each([
  ['/', true],
  ['//', true],
  ['/etc', true],
  ['/etc/', true],
  ['/etc/kubernetes/pki', true],
  ['/var/lib/kubelet/pods', true],
  ['/root/.ssh', true],
  ['/etc/ssl/certs', false],
  ['/dev/log', false],
  ['/var/lib/kubelets', false],
  ['/srv/data', false],
  ['', true],
])('%s is sensitive: %s', (path, sensitive) => {
  expect(sensitiveHostPath(path) !== undefined).toBe(sensitive);
});
