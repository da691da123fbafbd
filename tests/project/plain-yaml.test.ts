import { describe, expect, test } from 'vitest';
import { isPlainYaml } from '../../src/project/plain-yaml.ts';

describe('a configuration of which something may be secret', () => {
  test.each([
    // A number under a name that tells, and one below such a name.
    'database: { host: db, password: 83746152 }',
    'auth: { admin: 48213377 }',
    'pin: 48213377',
    'storage_password: 83746152',
    // Names whose values are secret in a configuration alone.
    'pw: Autumn2031!',
    'psk: Autumn2031!',
    'otp: JBSWY3DPEHPK',
    'community: tide41',
    'signing: 8Zq3kLmP',
    'encryption: 8Zq3kLmP',
    'users: { ruben: hunter2 }',
    'accounts: { admin: Autumn2031! }',
    'credentials: [autumn, winter]',
    'apiKey: tide41',
    'password_hash: tide41',
    'root: $2y$10$tideforty1',
    'root: $6$salt1$tideforty1',
    // In the middle of a value.
    'args: ["--password", "Tide41Pass"]',
    'args:\n  - --psk\n  - Tide41Pass',
    'command: mysql -uroot -pTide41Pass',
    'db: host=db user=shop password=Tide41Pass',
    'blob: /shop?se=2031&sig=Tide41Pass',
    // Behind a `#`.
    'port: 80\n# password: Hunter2isBest',
    'port: 80 # psk=Tide41Pass',
    // Not YAML, or not a file of settings.
    'a: [',
    'tide41',
  ])('%s', (text) => {
    expect(isPlainYaml(text)).toBe(false);
  });
});

describe('a configuration none of which is secret', () => {
  test.each([
    'server: { port: 8080, tls: true }',
    'retention: 1209600000',
    'auth: { token_ttl: 86400, enabled: true, realm: }',
    'token_expires_in: 86400',
    'bearer_token_file: /var/run/secrets/token',
    'mapping: shop\nassign: tide\nspin: fast\nconfig: { users: 12000 }',
    'users: [ruben, alma]',
    'relabel_configs: [{ source_labels: [pod], action: hashmod, modulus: 8 }]',
    'port: 80\n# password: see the handbook\n# token: <your token>',
    'args: ["--port", "8080"]',
  ])('%s', (text) => {
    expect(isPlainYaml(text)).toBe(true);
  });
});
