const assert = require('node:assert/strict');
const { test } = require('node:test');
const { priceOf, productById } = require('../dist/catalogue');
const { sign, verify } = require('../dist/session');

test('a cart costs what its products cost', () => {
  assert.equal(priceOf([{ id: 'anchor', count: 1 }, { id: 'rope', count: 2 }]), 17000);
  assert.equal(priceOf([{ id: 'submarine', count: 1 }]), undefined);
  assert.equal(productById('lamp').cents, 2300);
});

test('a token is good for the secret that signed it', () => {
  assert.equal(verify(sign('ada', 'one'), 'one'), 'ada');
  assert.equal(verify(sign('ada', 'one'), 'two'), undefined);
});
