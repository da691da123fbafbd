// What the tests of scaling run as pods: counts its requests, and takes as much CPU as it is told.
//
//	/            counts
//	/metrics     the count, as Prometheus reads it
//	/burn?m=100  takes 100 thousandths of a core from now on
package main

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

func main() {
	var requests, share atomic.Int64
	go func() {
		for {
			busy := time.Duration(share.Load()) * 100 * time.Microsecond // of each 100 ms
			for begun := time.Now(); time.Since(begun) < busy; {
			}
			time.Sleep(100*time.Millisecond - busy)
		}
	}()
	http.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "# TYPE http_requests_total counter\nhttp_requests_total %d\n", requests.Load())
	})
	http.HandleFunc("/burn", func(_ http.ResponseWriter, r *http.Request) {
		m, _ := strconv.ParseInt(r.URL.Query().Get("m"), 10, 64)
		share.Store(min(m, 900))
	})
	http.HandleFunc("/", func(http.ResponseWriter, *http.Request) { requests.Add(1) })
	panic(http.ListenAndServe(":8080", nil))
}
