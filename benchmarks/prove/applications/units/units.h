double in_kilometres(double amount, double factor);
