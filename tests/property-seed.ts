import fc from 'fast-check';

/**
 * CI draws the same examples in every run, so that a change fails for what it changes; elsewhere every run draws others.
 * PLIMSOLL_SEED=N repeats a run.
 */
const seed = process.env.PLIMSOLL_SEED ?? (process.env.CI === 'true' ? '20261124' : undefined);
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
