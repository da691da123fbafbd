import { expect, test } from 'vitest';
import { parseDockerfile } from '../../../src/dockerfile/parse-dockerfile.ts';
import { mountsOf } from '../../../src/maintain/rebuild/step-mounts.ts';
import { isSystemFile } from '../../../src/maintain/rebuild/system-files.ts';

const settings = [
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  'pnpm-workspace.yaml',
  'bunfig.toml',
  'pip.conf',
  '.bundle/config',
];

test.each(settings)('%s is read of an image, as it says where a tool asks', (name) => {
  expect(isSystemFile(`app/${name}`)).toBe(true);
  expect(isSystemFile(`app/x${name}`)).toBe(false);
});

test.each([...settings, 'uv.toml'])('a step that mounts %s is known to see settings of a tool', (name) => {
  const ofTool = (target: string) => {
    const text = `FROM x\nRUN --mount=type=secret,id=settings,target=${target} install-all\n`;
    const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
    const [run] = dockerfile.instructions.filter((each) => each.name === 'RUN');
    return run?.name === 'RUN' ? mountsOf(dockerfile, run)?.ofTool : undefined;
  };
  expect(ofTool(`/app/${name}`)).toBe(true);
  expect(ofTool('/app/key.pem')).toBe(false);
});
