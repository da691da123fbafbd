/** What the service is told from outside. */
export interface Settings {
  readonly port: number;
  readonly jwtSecret: string;
  readonly paymentUrl: string | undefined;
  readonly logDirectory: string;
}

export function readSettings(): Settings {
  const jwtSecret = process.env.JWT_SECRET;
  if (!jwtSecret) throw new Error('JWT_SECRET is not set');
  return {
    port: Number(process.env.PORT ?? 3000),
    jwtSecret,
    paymentUrl: process.env.PAYMENT_URL,
    logDirectory: process.env.LOG_DIR || 'logs',
  };
}
