import { expect, test } from 'vitest';
import { structuredSecret } from '../../src/project/structured-secret.ts';

const login = Buffer.from('deploy:Zq8vK2pL9sX1').toString('base64');

test.each([
  ['{"db": {"password": "Zq8vK2pL9sX1"}}', 'db.password in a'],
  ['rabbitmq:\n  erlang_cookie: Zq8vK2pL9sX1\n', 'rabbitmq.erlang_cookie in a'],
  [`{"auths": {"registry.example": {"auth": "${login}"}}}`, 'auths.registry.example.auth in a'],
  ['{"dsn": "postgresql://shop:Zq8vK2pL9sX1@db/shop"}', 'dsn in a'],
  ['{"panels": [{"title": "Requests", "expr": "sum(rate(x[5m]))"}]}', undefined],
  ['{"auth": "KubernetesServiceAccount"}', undefined],
  ['password: {{ db_password }}\nuser: shop\n', undefined],
])('%s', (text, name) => {
  expect(structuredSecret('a', text)?.name).toBe(name);
});
