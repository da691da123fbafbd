/** Whether a number can be that of a port, TCP's or UDP's. */
export function isPort(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number < 65_536;
}
