package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
)

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		slog.Info("request", "path", r.URL.Path)
		fmt.Fprintln(w, "hello", r.URL.Path)
	})
	slog.Info("listening")
	if err := http.ListenAndServe(":8080", nil); err != nil {
		panic(err)
	}
}
