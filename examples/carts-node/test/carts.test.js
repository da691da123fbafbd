const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Carts } = require('../dist/carts');

test('a cart holds what was put into it', () => {
  const carts = new Carts(0);
  carts.add('ada', { product: 'rope', count: 1 }, Buffer.alloc(1), 0);
  assert.equal(carts.add('ada', { product: 'lamp', count: 2 }, Buffer.alloc(1), 0).length, 2);
});

test('a cart that nobody touches is forgotten where a time is set, and kept for ever where none is', () => {
  const [short, endless] = [new Carts(30), new Carts(0)];
  for (const carts of [short, endless]) carts.add('ada', { product: 'rope', count: 1 }, Buffer.alloc(1), 0);
  assert.equal(short.sweep(29_000), 0);
  assert.equal(short.sweep(31_000), 1);
  assert.equal(endless.sweep(1e12), 0);
});
