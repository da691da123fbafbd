#include <ctype.h>

int words(const char *text) {
  int count = 0;
  int inside = 0;
  for (; *text; text++) {
    int letter = !isspace((unsigned char)*text);
    count += letter && !inside;
    inside = letter;
  }
  return count;
}
