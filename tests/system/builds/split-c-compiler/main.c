#include <math.h>
#include <stdio.h>

int words(const char *text);

/* Words of each argument, and the root of their sum. */
int main(int count, char **arguments) {
  int sum = 0;
  for (int at = 1; at < count; at++) {
    int found = words(arguments[at]);
    printf("%d %s\n", found, arguments[at]);
    sum += found;
  }
  printf("%.3f\n", sqrt(sum));
  return 0;
}
