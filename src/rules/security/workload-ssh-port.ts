import { titleOf } from '../../kubernetes/whole-workload.ts';
import { workloadRule } from '../../project/rule.ts';

/** Programs whose purpose SSH is: servers of repositories and of files, and doors. */
const servesSsh =
  /(?:sshd|openssh|sftp|gitea|gogs|forgejo|gitlab|gerrit|bastion|jump|teleport|soft-serve|bitbucket|rsync)/i;

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A container with an SSH server',
  why: 'A second way in, with keys and accounts of its own that nobody watches; what is changed by it is gone with the pod.',
  remedy: 'Drop the SSH server: kubectl exec and kubectl debug do the same with the rights and the log of the cluster.',
  peers: ['kube-linter:ssh-port'],
  check({ workload }, { report }) {
    for (const { name, ports, image } of workload.allContainers)
      for (const { node, containerPort, protocol } of ports) {
        if (containerPort !== 22 || protocol !== 'TCP') continue;
        if (servesSsh.test(`${image?.text ?? ''} ${name} ${workload.name}`)) continue;
        report({ at: node, message: `Container ${name} of ${titleOf(workload)} has port 22, the one of SSH.` });
      }
  },
});
