export interface Product {
  readonly id: string;
  readonly name: string;
  readonly cents: number;
}

const products: readonly Product[] = [
  { id: 'anchor', name: 'Anchor, 8 kg', cents: 7900 },
  { id: 'rope', name: 'Rope, 50 m', cents: 4550 },
  { id: 'lamp', name: 'Mast lamp', cents: 2300 },
];

export function allProducts(): readonly Product[] {
  return products;
}

export function productById(id: string): Product | undefined {
  return products.find((product) => product.id === id);
}

/** The price of a cart in cents; undefined when it names a product that does not exist. */
export function priceOf(cart: readonly { readonly id: string; readonly count: number }[]): number | undefined {
  let total = 0;
  for (const { id, count } of cart) {
    const product = productById(id);
    if (!product || count < 1) return undefined;
    total += product.cents * count;
  }
  return total;
}
