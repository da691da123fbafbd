import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { ImageStep, InspectedImage } from '../../project/inspected-image.ts';
import { scriptOf } from './step-commands.ts';

/** Names of settings of npm and pip, and of what writes them: https://docs.npmjs.com/cli/v11/configuring-npm/npmrc, https://pip.pypa.io/en/stable/topics/configuration/ */
const settings =
  /npmrc|npm[_-]config|userconfig|registry|--scope|pip\.(?:conf|ini)|(?:^|[\s/~"'])\.(?:config|pip)\b|PIP_[A-Z]|index[-_]?url|find[-_]links|\.netrc|codeartifact/i;
/** What is put into a home or `/etc` as a whole may be settings. */
const copiesHome =
  /\b(?:cp|mv|ln|tar|unzip|rsync|git)\b[^&|;\n]*(?:\s|["'])(?:~|\/root|\/home\/|\/etc\/?(?:["'\s]|$)|\$\{?(?:HOME|XDG_))/;

/**
 * Why it is not known whom a step asks for packages of npm or pip, as the image does not have what decides it: nobody is asked then, as the names may be no business of a
 * public registry. Undefined where nothing in sight hides it.
 */
export function hiddenSettings(image: InspectedImage, step: ImageStep): string | undefined {
  const { dockerfile, instruction } = scriptOf(image, step);
  if (instruction === undefined) return undefined;
  if (instruction.name === 'RUN' && (image.origin === undefined || step.written === undefined))
    return 'only the Dockerfile tells what it mounts, a registry’s settings among that, and it is not known (--dockerfile)';
  const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
  if (settings.test(text) || copiesHome.test(text))
    return 'it may write settings of its own, which name another registry';
  const argument = image.origin && argumentOfTool(image.origin.dockerfile);
  return argument && `ARG ${argument} may name another registry`;
}

/** A build gives values that no note of a builder has to keep. */
function argumentOfTool({ instructions }: Dockerfile): string | undefined {
  return instructions
    .flatMap((each) => (each.name === 'ARG' ? each.pairs : []))
    .map(({ key }) => key.value)
    .find((name) => /^(?:pip|npm_config)_/i.test(name));
}
