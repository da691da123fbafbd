#include "units.h"
double in_kilometres(double amount, double factor) { return amount * factor; }
