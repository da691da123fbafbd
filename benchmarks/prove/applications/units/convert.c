#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "units.h"

int main(int count, char **words) {
  if (count != 3) { fprintf(stderr, "usage: convert AMOUNT UNIT\n"); return 2; }
  const char *precision = getenv("PRECISION");
  char unit[32] = "?";
  FILE *settings = fopen("/etc/units.conf", "r");
  if (settings && fscanf(settings, "unit=%31s", unit) != 1) strcpy(unit, "?");
  FILE *file = fopen(words[2], "r");
  double factor;
  if (!file || fscanf(file, "%lf", &factor) != 1) { fprintf(stderr, "no unit %s\n", words[2]); return 3; }
  printf("%.*f %s\n", precision ? atoi(precision) : 0, in_kilometres(atof(words[1]), factor), unit);
  return getuid() == 0 ? 5 : 0;
}
