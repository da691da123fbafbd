#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

int main(int count, char **arguments) {
  std::vector<std::string> words(arguments + 1, arguments + count);
  std::sort(words.begin(), words.end());
  for (const auto &word : words) std::cout << word << '\n';
  return 0;
}
