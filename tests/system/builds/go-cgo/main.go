package main

// static int twice(int n) { return 2 * n; }
import "C"

import (
	"fmt"
	"os"
)

func main() {
	wd, _ := os.Getwd()
	fmt.Println(C.twice(21), wd, len(os.Args))
}
