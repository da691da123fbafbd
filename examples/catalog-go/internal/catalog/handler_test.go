package catalog

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAddNeedsTheToken(t *testing.T) {
	handler := NewHandler(NewStore(), "secret")
	for authorization, want := range map[string]int{"": 401, "Bearer wrong": 401, "Bearer secret": 201} {
		request := httptest.NewRequest("POST", "/products", strings.NewReader(`{"name":"Lamp","cents":100}`))
		request.Header.Set("Authorization", authorization)
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		if response.Code != want {
			t.Errorf("%q: got %d, want %d", authorization, response.Code, want)
		}
	}
}
