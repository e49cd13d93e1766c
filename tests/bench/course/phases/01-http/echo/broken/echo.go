// Package echo greets over HTTP.
package echo

import (
	"encoding/json"
	"net/http"
)

// Handler answers with a greeting.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]string{"hello": ""})
	})
	return mux
}
