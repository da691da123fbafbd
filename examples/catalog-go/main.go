// Command catalog serves the products of the shop over HTTP.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/shop/catalog/internal/catalog"
)

func getenv(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func main() {
	token := os.Getenv("CATALOG_TOKEN")
	if token == "" {
		log.Fatal("CATALOG_TOKEN is not set")
	}
	store := catalog.NewStore()
	if path := getenv("CATALOG_FILE", ""); path != "" {
		if err := store.Load(path); err != nil {
			log.Fatalf("cannot load %s: %v", path, err)
		}
	}
	server := &http.Server{
		Addr:              ":" + getenv("PORT", "8080"),
		Handler:           catalog.NewHandler(store, token),
		ReadHeaderTimeout: 5 * time.Second,
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	go func() {
		<-ctx.Done()
		log.Println("stopping")
		end, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = server.Shutdown(end)
	}()
	log.Printf("catalog listens on %s", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}
