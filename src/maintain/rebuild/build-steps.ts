import { isOfBase } from '../../project/image-base.ts';
import type { InspectedImage } from '../../project/inspected-image.ts';
import type { BuildStep } from './predict-system.ts';
import { packageCommandsOf } from './step-commands.ts';

/** The steps of an image as far as they are its own, each with the package managers' commands that it runs. */
export function buildStepsOf(image: InspectedImage, pathOf: (path: string) => string): BuildStep[] {
  return image.steps.map((step): BuildStep => {
    const isBase = (isOfBase(image.base, step.layer) ?? step.ofBase) === true || step.entry === undefined;
    const line = step.written?.line;
    return {
      text: step.text,
      layer: step.layer,
      isBase,
      isRun: step.instruction?.name === 'RUN',
      commands: isBase ? [] : packageCommandsOf(image, step),
      place: image.origin && line !== undefined ? `${pathOf(image.origin.dockerfile.path)}:${line}` : undefined,
    };
  });
}
