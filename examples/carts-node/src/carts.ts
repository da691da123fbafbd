export interface Item {
  readonly product: string;
  readonly count: number;
}

interface Cart {
  readonly items: Item[];
  /** Every request as it came, notes included, so that a customer can go back. */
  readonly history: Buffer[];
  touched: number;
}

/** Carts by customer. One that nobody has touched for `ttlSeconds` is forgotten; with 0 none ever is. */
export class Carts {
  private readonly carts = new Map<string, Cart>();

  constructor(private readonly ttlSeconds: number) {}

  add(customer: string, item: Item, request: Buffer, now: number): readonly Item[] {
    const cart = this.carts.get(customer) ?? { items: [], history: [], touched: now };
    cart.items.push(item);
    cart.history.push(request);
    cart.touched = now;
    this.carts.set(customer, cart);
    return cart.items;
  }

  /** Forgets what is too old, and says how many carts that were. */
  sweep(now: number): number {
    if (this.ttlSeconds === 0) return 0;
    let forgotten = 0;
    for (const [customer, { touched }] of this.carts) {
      if (now - touched <= this.ttlSeconds * 1000) continue;
      this.carts.delete(customer);
      forgotten += 1;
    }
    return forgotten;
  }

  get size(): number {
    return this.carts.size;
  }
}
