#include <stdio.h>
#include <stdlib.h>

/* Prints each prime that is two greater than the one before it. */
int main(int count, char **arguments) {
  char command[64];
  snprintf(command, sizeof command, "primes %d", count > 1 ? atoi(arguments[1]) : 30);
  FILE *primes = popen(command, "r");
  if (!primes) return 1;
  int before = 0, prime;
  while (fscanf(primes, "%d", &prime) == 1) {
    if (prime == before + 2) printf("%d %d\n", before, prime);
    before = prime;
  }
  return pclose(primes);
}
