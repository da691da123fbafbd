package main

import (
	"html/template"
	"net/http"
	"os"

	"github.com/google/uuid"
)

func main() {
	page := template.Must(template.ParseFiles("templates/page.html"))
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		page.Execute(w, uuid.NewSHA1(uuid.NameSpaceURL, []byte(r.URL.Path)))
	})
	http.ListenAndServe(":"+os.Getenv("PORT"), nil)
}
