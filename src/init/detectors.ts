import type { Detector } from './detector.ts';
import { detector as go } from './detectors/go.ts';
import { detector as node } from './detectors/node.ts';

/** Every ecosystem that is known, in the order in which they are asked: what builds the program before what builds its pages. */
export const detectors: readonly Detector[] = [go, node];
