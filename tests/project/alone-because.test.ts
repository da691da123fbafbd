import { expect, test } from 'vitest';
import { aloneBecause } from '../../src/project/alone-because.ts';
import { loadProject } from '../../src/project/load-project.ts';

async function reasonOf(image: string, more = ''): Promise<string | undefined> {
  const text = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
spec:
  template:
    spec:
      containers:
        - name: server
          image: ${image}
${more}`;
  const project = await loadProject({ kind: 'bytes', name: 'server.yaml', bytes: Buffer.from(text) });
  const [workload] = project.workloads;
  if (workload === undefined) throw new Error('the test has no workload');
  return aloneBecause(project, workload);
}

test.each([
  ['itzg/minecraft-server:2025.1', 'world'],
  ['docker.io/factoriotools/factorio:2.0', 'world'],
  ['example.com/games/cs2:1', 'world'],
  ['example.com/games/my-cs2:1', 'world'],
  ['mumblevoip/mumble-server:v1.5', 'world'],
  ['postgres:17', 'store of data'],
  ['rabbitmq:4', 'messages or the state of others'],
  ['docker:28-dind', 'images and containers of its own'],
  ['grafana/grafana:12.0.0', 'watches others'],
])('%s is alone: %s', async (image, says) => {
  expect(await reasonOf(image)).toContain(says);
});

test.each(['example.com/shop/web:1', 'example.com/shop/factory:1', 'example.com/mycs2:1'])(
  '%s is not',
  async (image) => {
    expect(await reasonOf(image)).toBeUndefined();
  },
);

test('what listens where a store does is alone', async () => {
  expect(await reasonOf('example.com/shop/data:1', '          ports: [{containerPort: 5432}]\n')).toContain(
    'PostgreSQL',
  );
});
