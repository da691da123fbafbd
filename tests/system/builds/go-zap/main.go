package main

import (
	"fmt"
	"net/http"

	"go.uber.org/zap"
)

func main() {
	log, err := zap.NewDevelopment()
	if err != nil {
		panic(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		log.Info("request", zap.String("path", r.URL.Path))
		fmt.Fprintln(w, "hello", r.URL.Path)
	})
	if err := http.ListenAndServe(":8080", nil); err != nil {
		panic(err)
	}
}
