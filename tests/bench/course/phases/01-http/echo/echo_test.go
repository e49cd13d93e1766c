package echo_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	echo "goprod.example/bench/phases/01-http/echo"
)

// The greeting forgot the name.
func TestGreets(t *testing.T) {
	answer := httptest.NewRecorder()
	echo.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/hello/ada", nil))
	require.Equal(t, 200, answer.Code)
	assert.JSONEq(t, `{"hello": "ada"}`, answer.Body.String())
}
