import { baseImage } from '../bases/base-image.ts';
import type { Container } from '../kubernetes/workload.ts';
import { buildRunBy } from '../project/container-builds.ts';
import type { Project } from '../project/project.ts';
import { baseImageOf, finalUser, isRootUser } from '../project/stage-facts.ts';

/** As whom the image of a container runs its program. */
export type ImageUser =
  | { readonly kind: 'root' }
  /** Kubernetes can tell it from root when the image names it by its number. */
  | { readonly kind: 'user'; readonly uid: number; readonly numeric: boolean }
  /** A name whose number no file here tells. */
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'unknown' };

/** As whom the image of a container runs: by its Dockerfile where it is built here, else by what is known of public images. */
export function imageUserOf(project: Project, container: Container): ImageUser {
  const build = buildRunBy(project, container);
  // Who is told by a variable which user to go on as begins as root: https://docs.linuxserver.io/general/understanding-puid-and-pgid/
  if (!build && container.env.some(({ name }) => name === 'PUID')) return { kind: 'root' };
  if (build?.stage) {
    const { user } = finalUser(build.dockerfile, build.stage);
    return userOf(user, baseImageOf(build.stage).users);
  }
  const { reference, user, users } = baseImage(container.imageReference?.text ?? '');
  return reference ? userOf(user, users) : { kind: 'unknown' };
}

function userOf(
  user: string | undefined,
  users: readonly { readonly name: string; readonly uid: number }[],
): ImageUser {
  if (user === undefined || user === '' || user === 'unknown') return { kind: 'unknown' };
  if (isRootUser(user)) return { kind: 'root' };
  if (/^\d+$/.test(user)) return { kind: 'user', uid: Number(user), numeric: true };
  const uid = users.find(({ name }) => name === user)?.uid;
  return uid === undefined ? { kind: 'named', name: user } : { kind: 'user', uid, numeric: false };
}
