import type { Detector } from './detector.ts';
import { detector as dotnet } from './detectors/dotnet.ts';
import { detector as go } from './detectors/go.ts';
import { detector as java } from './detectors/java.ts';
import { detector as node } from './detectors/node.ts';
import { detector as php } from './detectors/php.ts';
import { detector as python } from './detectors/python.ts';
import { detector as ruby } from './detectors/ruby.ts';
import { detector as rust } from './detectors/rust.ts';
import { detector as pages } from './detectors/static.ts';

/** Every ecosystem that is known, in the order in which they are asked: what serves before what builds pages for it. */
export const detectors: readonly Detector[] = [go, rust, java, dotnet, ruby, php, python, node, pages];
