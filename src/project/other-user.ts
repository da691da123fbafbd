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
