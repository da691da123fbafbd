import { UserError } from '../../core/errors.ts';

/** Steps of work that only an image made for it takes many of: directories taken away again and again, links behind links. */
export interface StepBudget {
  /** @throws UserError where nothing is left */
  spend(steps: number): void;
}

/** Real images take less than one step a file. */
export function stepBudget(files: number): StepBudget {
  let left = 10_000_000 + 16 * files;
  return {
    spend(steps) {
      left -= steps;
      if (left < 0)
        throw new UserError(
          'the layers take away and replace the same files so often that they cannot be put together',
          {
            remedy: 'No build makes such an image: do not run it.',
          },
        );
    },
  };
}
