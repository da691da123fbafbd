import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../src/core/mask-secrets.ts';
import { secretInFile } from '../../src/core/secret-in-file.ts';
import { findTokens, isPlaceholder, isTellingName, secretInVariable } from '../../src/core/secret-text.ts';

// Put together at run time, so that no scanner takes the fixtures for leaks.
const github = `ghp_${'a1B2'.repeat(9)}`;
const aws = `AKIA${'QWERTYUIOPASDFGH'}`;

describe('tokens of a published form', () => {
  test.each([
    [`token ${github} here`, 'GitHub token', github],
    [`key=${aws}`, 'AWS access key id', aws],
    ['postgres://app:s3cr3tpw@db:5432/shop', 'password in a URL', 's3cr3tpw'],
    ['-----BEGIN RSA PRIVATE KEY-----', 'private key', '-----BEGIN RSA PRIVATE KEY-----'],
  ])('%s', (text, kind, secret) => {
    const [match] = findTokens(text);
    expect(match?.kind).toBe(kind);
    expect(match && text.slice(match.range.start, match.range.end)).toBe(secret);
  });

  test.each([
    'postgres://app:${DB_PASSWORD}@db/shop',
    'http://user:changeme@host/',
    'ghp_short',
    'https://example.com:8080/a@b',
  ])('%s holds none', (text) => {
    expect(findTokens(text)).toEqual([]);
  });
});

describe('passwords in connection strings', () => {
  test.each([
    ['Server=db;Database=shop;User Id=sa;Password=P@ss.w0rd-7', 'P@ss.w0rd-7'],
    ['Data Source=db,1433;Initial Catalog=Shop; Pwd = Tr0ub4dor ;MultipleActiveResultSets=True;', 'Tr0ub4dor'],
    ['host=db;username=shop;password="hunter-two"', '"hunter-two"'],
  ])('%s', (value, secret) => {
    const match = secretInVariable('ConnectionStrings__shop', value);
    expect(match).toMatchObject({ kind: 'password in a connection string', certainty: 'likely' });
    expect(match && value.slice(match.range.start, match.range.end)).toBe(secret);
  });

  test.each([
    'Server=db;User Id=sa;Password=',
    'Server=db;User Id=sa;Password=${PASSWORD}',
    'Server=db;User Id=sa;Password=<your password>',
    'Server=db;Database=shop;Integrated Security=true',
    'Minimum length;Password=8 characters',
    'password=hunter-two',
  ])('%s holds none', (value) => {
    expect(secretInVariable('ConnectionStrings__shop', value)).toBeUndefined();
  });
});

describe('names and values', () => {
  test.each([
    'DB_PASSWORD',
    'apiKey',
    'API_KEY',
    'github_token',
    'SECRET',
    'dbPasswd',
    'client-secret',
    // Whoever has the cookie runs code in the node.
    'RABBITMQ_ERLANG_COOKIE',
    'RELEASE_COOKIE',
    'MEILI_MASTER_KEY',
  ])('%s is telling', (name) => {
    expect(isTellingName(name)).toBe(true);
  });
  test.each([
    'PASSWORD_FILE',
    'KAFKA_SSL_KEYSTORE_CREDENTIALS',
    'KAFKA_SSL_KEY_CREDENTIALS',
    'KAFKA_SSL_TRUSTSTORE_CREDENTIALS',
    'TOKEN_URL',
    'PWD',
    'KEYBOARD',
    'TOKENIZER',
    'PUBLIC_KEY',
    'AWS_ACCESS_KEY_ID',
    'SECRET_NAME',
    'PASSENGER_HOME',
  ])('%s is harmless', (name) => {
    expect(isTellingName(name)).toBe(false);
  });
  test.each(['', 'true', '$TOKEN', '<token>', 'changeme', 'your-token-here', 'xxxx', '****', 'dummy-key', 'unused'])(
    '«%s» is a placeholder',
    (value) => {
      expect(isPlaceholder(value)).toBe(true);
    },
  );
  test.each(['hunter22', 'postgres', 'S3cure!pass', 'prod-9f.example'])('«%s» is a value', (value) => {
    expect(isPlaceholder(value)).toBe(false);
  });
  test.each([
    ['DB_PASSWORD', 'hunter22', true],
    ['API_KEY', '9f8a7b6c5d4e3f2a', true],
    ['API_KEY', 'none', false],
    ['API_KEY', '/run/secrets/key', false],
    ['GREETING', 'hunter22', false],
    ['SECRET_KEY_BASE', 'dummy', false],
    ['GOOGLE_API_KEY', 'GOOGLE_API_KEY_VAL', false],
    ['PASSWORD', 'password_here', false],
    ['API_KEY', 'my-api-key', false],
    ['SECRET', 'secret-value', false],
    ['DB_PASSWORD', 'db_password99', true],
    ['PASSWORD', 'password', true],
    ['DB_PASSWORD', 'correct horse battery staple', true],
    ['DB_PASSWORD', 'hunter22\n', true],
    ['DB_PASSWORD', 'Pa$$w0rd', true],
    ['DB_PASSWORD', '$$OTHER_PASSWORD', false],
    ['DB_PASSWORD', 'at least eight characters', false],
    ['DB_PASSWORD', 'Has to be long.', false],
    ['SIGNING_PRIVATE_KEY', 'Kj8sd0QvT2nW5xYb9\nZq4mLr7pXc1vB6nM3', true],
    ['PRIVATE_KEY', '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n', true],
    ['SECRET', 'of the ancient world', false],
  ])('%s=%s is a secret: %s', (name, value, expected) => {
    expect(secretInVariable(name, value) !== undefined).toBe(expected);
  });
});

describe('masking', () => {
  test.each([
    ['ENV DB_PASSWORD=hunter22 PORT=80', 'ENV DB_PASSWORD=••• PORT=80'],
    ['ENV DB_PASSWORD hunter22 two', 'ENV DB_PASSWORD •••'],
    ['  password: "hunter22"', '  password: "•••"'],
    ['ENV DB_PASSWORD=$FROM_ARG', 'ENV DB_PASSWORD=$FROM_ARG'],
    ['RUN echo hello', 'RUN echo hello'],
    ['git clone https://me:hunter22@example.com/x', 'git clone https://me:•••@example.com/x'],
    ['git clone https://0a1b2c3d4e5f6g7h@example.com/x', 'git clone https://•••@example.com/x'],
    ['environment: {POSTGRES_PASSWORD: hunter22, X: y}', 'environment: {POSTGRES_PASSWORD: •••, X: y}'],
    ['environment: {X: y, "DB_PASSWORD":"hunter22"}', 'environment: {X: y, "DB_PASSWORD":"•••"}'],
    ['env: [{name: DB_PASSWORD, value: hunter22}]', 'env: [{name: DB_PASSWORD, value: •••}]'],
    ['- {value: hunter22, name: DB_PASS}', '- {value: •••, name: DB_PASS}'],
    ['- {name: DB_HOST, value: db.example}', '- {name: DB_HOST, value: db.example}'],
    ['password: correct horse battery', 'password: •••'],
    ['PASSWORD: ${PASSWORD:-hunter22}', 'PASSWORD: •••'],
    ['  PASSWORD: ${PASSWORD}', '  PASSWORD: ${PASSWORD}'],
    ['x: {PASSWORD: ${PASSWORD}}', 'x: {PASSWORD: ${PASSWORD}}'],
    ['  - password: ab}cd,ef gh', '  - password: •••'],
    ['repo init -u git://example.com/x.git', 'repo init -u git://example.com/x.git'],
    ['FROM example/toybox-media:1.2', 'FROM example/toybox-media:1.2'],
    ['curl -H "X-Api-Key: hunter22"', 'curl -H "X-Api-Key: •••"'],
    ["RUN echo 'root:hunter22' | chpasswd", 'RUN echo ••• | chpasswd'],
    ['RUN echo "machine a login b password hunter22" > ~/.netrc', 'RUN echo ••• > ~/.netrc'],
    ["RUN printf 'login %s password %s' me hunter22 > ~/.netrc", 'RUN printf ••• > ~/.netrc'],
    ["printf '%s' hunter22 | docker login --password-stdin", 'printf ••• | docker login --password-stdin'],
    ['ADD https://example.com/tool?v=1&key=Kj8sd0QvT2nW5xYb9 /t', 'ADD https://example.com/tool?v=1&key=••• /t'],
    ['ADD https://example.com/tool?key=$KEY_OF_ALL /t', 'ADD https://example.com/tool?key=$KEY_OF_ALL /t'],
  ])('%s', (line, masked) => {
    expect(maskSecrets(line)).toBe(masked);
  });

  test('a name on the line before or after tells of a value', () => {
    expect(maskSecrets('  value: hunter22', [], ['- name: DB_PASSWORD', ''])).toBe('  value: •••');
    expect(maskSecrets('- value: "hunter22"', [], ['', '  name: DB_PASSWORD'])).toBe('- value: "•••"');
    expect(maskSecrets('  value: hunter22', [], ['- name: GREETING', ''])).toBe('  value: hunter22');
  });

  test('leaves no token behind in any line', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(maskSecrets(`${before} ${github} ${after}`)).not.toContain(github);
      }),
    );
  });

  test('takes linear time on hostile lines', () => {
    const begun = performance.now();
    for (const part of [
      'a',
      '=',
      'password',
      '://',
      'a:',
      '"',
      "password='",
      'token=',
      'token: ',
      'echo ',
      'login ',
      'a:1:',
      'value: ',
      'passwd echo ',
    ])
      maskSecrets(part.repeat(50_000));
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe('files that a manifest holds as one value', () => {
  test.each([
    ['.env', `LEVEL=3\nAPI_TOKEN=${github}`, '.env: GitHub token'],
    ['run.sh', `curl -H 'token: ${github}' https://x`, 'run.sh: GitHub token'],
    ['app.properties', 'url = x\ndb.password = tide-41', 'db.password in app.properties: password'],
    ['settings', '# ours\nexport DB_PASSWORD="tide-41"', 'DB_PASSWORD in settings: password'],
    ['settings', 'DB_PASSWORD=tide-41', 'DB_PASSWORD in settings: password'],
    ['settings', 'db_password=tide-41', undefined],
    ['app.properties', 'db.password=@db.password@\nother.password=%DB_PASSWORD%', undefined],
    ['app.properties', 'label.password=Passwort\nmessage.password=Please-enter-it', undefined],
    ['messages_de.properties', 'login.password=Kennwort-1', undefined],
    ['run.sh', '#!/bin/sh\nPASSWORD=tide-41\nexec app', undefined],
    ['note.txt', 'see https://user:tide-41@x', undefined],
    ['.env', 'DB_PASSWORD=$OTHER\nPASSWORD_FILE=/x\nPASSWORD=env("X")', undefined],
  ])('%s: %j', (name, text, expected) => {
    const found = secretInFile(name, text);
    expect(found && `${found.name}: ${found.secret.kind}`).toBe(expected);
  });
});
