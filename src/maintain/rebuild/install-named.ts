import type { SystemPackage } from '../../ecosystems/system-package.ts';
import { type InstallManner, installAll, NotInstallable } from './install.ts';
import type { Offers } from './offers.ts';
import type { ToolOutcome } from './run-tool.ts';
import type { World } from './world.ts';

/** Installs what a command names, which is from then on there for its own sake. Where that is not possible, the world is half changed, and the outcome says why. */
export function installNamed(
  world: World,
  wanted: readonly SystemPackage[],
  offers: Offers,
  manner: InstallManner,
  known: Pick<ToolOutcome, 'unknown' | 'named'>,
): ToolOutcome {
  try {
    installAll(world, wanted, offers, manner);
  } catch (error) {
    if (!(error instanceof NotInstallable)) throw error;
    return { unsolved: error.message, ...(error.isCertain && { fails: error.message }), ...known };
  }
  for (const name of known.named) world.automatic.delete(name);
  return known;
}
