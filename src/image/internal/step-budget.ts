import { UserError } from '../../core/errors.ts';

/** Work and room that only an image made for it takes much of: directories taken away again and again, links behind links, deep paths. */
export interface StepBudget {
  /** The layer that is put on the others now; errors name it. */
  begin(layer: number): void;
  /** @throws UserError where nothing is left */
  spend(steps: number): void;
  /**
   * @param nodes how many names the tree of all paths has
   * @throws UserError where these are far more than there are files
   */
  holds(nodes: number): void;
}

/**
 * Real images take less than one step a file, and name nearly every directory: a file in a few thousand directories of its own has a path of 4,096 bytes.
 * @param layerNames for messages
 */
export function stepBudget(files: number, layerNames: readonly string[]): StepBudget {
  let left = 10_000_000 + 16 * files;
  const mostNodes = 500_000 + 2 * files;
  let current = 0;
  const refuse = (message: string): never => {
    const where = layerNames[current];
    throw new UserError(message, {
      ...(where !== undefined && { where }),
      remedy: 'No build makes such an image: do not run it.',
    });
  };
  return {
    begin(layer) {
      current = layer;
    },
    spend(steps) {
      left -= steps;
      if (left < 0) refuse('the layers take away and replace the same files so often that they cannot be put together');
    },
    holds(nodes) {
      if (nodes > mostNodes)
        refuse(`the paths of ${files} files lead through more than ${mostNodes} directories: no more are read`);
    },
  };
}
