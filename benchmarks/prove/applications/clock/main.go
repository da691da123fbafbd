package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	http.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	http.HandleFunc("/offset", func(w http.ResponseWriter, _ *http.Request) {
		zone, err := time.LoadLocation(os.Getenv("ZONE"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, time.Date(2026, 7, 1, 0, 0, 0, 0, zone).Format("15:04 -0700"), time.Now().UnixNano())
	})
	http.HandleFunc("/greet/", func(w http.ResponseWriter, r *http.Request) {
		text, err := os.ReadFile(r.URL.Path[len("/greet/"):])
		if err != nil {
			http.Error(w, "no such language", http.StatusNotFound)
			return
		}
		w.Write(text)
	})
	http.HandleFunc("/mark", func(w http.ResponseWriter, _ *http.Request) {
		if err := os.WriteFile("/data/mark", []byte("x"), 0o600); err != nil {
			http.Error(w, "cannot keep it", http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, "kept")
	})
	http.HandleFunc("/trust", func(w http.ResponseWriter, _ *http.Request) {
		roots, err := x509.SystemCertPool()
		if err != nil || roots.Equal(x509.NewCertPool()) {
			http.Error(w, "no authority is trusted", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "authorities are known")
	})
	server := &http.Server{Addr: os.Getenv("ADDRESS")}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		<-ended.Done()
		server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
