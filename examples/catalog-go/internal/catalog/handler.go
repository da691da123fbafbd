package catalog

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
)

// NewHandler serves a store. Adding needs the token.
func NewHandler(store *Store, token string) http.Handler {
	var requests atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprintf(w, "# TYPE catalog_requests_total counter\ncatalog_requests_total %d\n", requests.Load())
		fmt.Fprintf(w, "# TYPE catalog_products gauge\ncatalog_products %d\n", len(store.All()))
	})
	mux.HandleFunc("GET /products", func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		write(w, http.StatusOK, store.All())
	})
	mux.HandleFunc("POST /products", func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			write(w, http.StatusUnauthorized, map[string]string{"error": "wrong token"})
			return
		}
		var product Product
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&product); err != nil || product.Name == "" {
			write(w, http.StatusUnprocessableEntity, map[string]string{"error": "no product"})
			return
		}
		write(w, http.StatusCreated, store.Add(product))
	})
	return mux
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
