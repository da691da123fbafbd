import { expect, test } from 'vitest';
import { withHadolintConfiguration } from '../../src/audit/hadolint-configuration.ts';
import { noConfiguration } from '../../src/project/configuration.ts';

test('a registry that no image can have is named, and the list holds as it is', () => {
  const text = 'trustedRegistries:\n  - docker.io\n  - index.docker.io\n  - https://quay.io\n  - "*.gcr.io"\n';
  const { configuration, faults } = withHadolintConfiguration(noConfiguration, '.hadolint.yaml', text);
  expect(faults).toEqual([
    '.hadolint.yaml: trustedRegistries: «index.docker.io»: no image has this name of Docker Hub: this is docker.io',
    ".hadolint.yaml: trustedRegistries: «https://quay.io»: no image's name begins so: leave out https://",
  ]);
  expect(configuration.rules.get('security/allowed-registries')?.options).toEqual({
    allowed: ['docker.io', 'index.docker.io', 'https://quay.io', '*.gcr.io'],
  });
});
