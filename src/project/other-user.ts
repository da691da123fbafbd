import type { ImageUse } from './project.ts';
import { isRootUser } from './stage-facts.ts';

/** True where what runs an image says of itself that it does not run it as root, whatever the image says. */
export function setsOtherUser(use: ImageUse): boolean {
  if (use.kind === 'service') {
    const user = use.service.user?.value;
    return user !== undefined && user !== null && !isRootUser(String(user).split(':', 1)[0] ?? '');
  }
  const { runAsUser, runAsNonRoot } = use.container.security;
  return (runAsUser.value ?? 0) > 0 || runAsNonRoot.value === true;
}
