import { UserError } from '../core/errors.ts';
import type { ParsedArguments } from './command.ts';
import { baseFlags, openFlags, vulnerabilityGates } from './image-flags.ts';

/** @throws UserError for flags of `plimsoll audit` that are of images, where none is looked into or it is not sure which */
export function refuseWithoutImage(parsed: ParsedArguments): void {
  const images = new Set(parsed.values('image')).size;
  if (images > 0 && (parsed.has('cluster') || parsed.has('cluster-role')))
    throw new UserError('--image is audited with a repository, not with a cluster', {
      remedy: '«plimsoll image NAME» looks into an image that runs there.',
    });
  const ofImages = [...openFlags, ...baseFlags, ...vulnerabilityGates].find(({ name }) => parsed.has(name));
  if (images === 0 && ofImages !== undefined)
    throw new UserError(`--${ofImages.name} has no effect without --image`, {
      remedy: 'Name the image that is looked into, too: --image shop/web:1.',
    });
  const ofOne = baseFlags.find(({ name }) => parsed.has(name));
  if (images > 1 && ofOne !== undefined)
    throw new UserError(`--${ofOne.name} is of one image, and there are ${images}`, {
      remedy: '«plimsoll image NAME» takes it for each.',
    });
  refuseGatesOfNothing(parsed);
}

/** @throws UserError for a choice of vulnerabilities where nobody looks for any */
export function refuseGatesOfNothing(parsed: ParsedArguments): void {
  const gate = [...vulnerabilityGates, ...baseFlags.slice(1)].find(({ name }) => parsed.has(name));
  if (gate === undefined || !parsed.has('no-vulnerabilities')) return;
  throw new UserError(`--${gate.name} has no effect beside --no-vulnerabilities`);
}
