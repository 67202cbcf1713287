// Made by flyarch from two-organisations.toml for shop-api-pr-123: copy it into the app, and change it there.

// Package flyreplay sends writes that arrive outside the primary region there: the answer is the header fly-replay, on
// which the proxy of Fly.io repeats the request in the region of the database. The header alone counts; the status is for
// people.
//
// Copy it into the module as flyreplay/flyreplay.go, and put it around all other handlers:
//
//	http.ListenAndServe(":8080", flyreplay.Middleware(router))
//
// Limits:
//   - A body above 1 MB, or of unknown length, is not replayed: the proxy cannot repeat it. The app gets the request here,
//     and writes across regions. Send uploads to a bucket.
//   - Requests that upgrade, such as websockets, are not replayed: what has been accepted here stays here.
//   - GET, HEAD and OPTIONS are reads, whatever they do. A read right after a write may not show it yet, because replicas
//     are behind: answer a write with what it made, or read that from the primary.
//   - What was replayed once is never replayed again: with a wrong PRIMARY_REGION it would go round until the proxy stops
//     it.
//   - Outside Fly.io, where PRIMARY_REGION and FLY_REGION are not set, nothing is replayed.
package flyreplay

import (
	"net/http"
	"os"
	"strings"
)

const largestBody = 1_000_000

// What the paths begin with that are replayed; all when it is empty.
var paths = []string{}

// Middleware replays writes, and hands everything else to next.
func Middleware(next http.Handler) http.Handler {
	primary, here := os.Getenv("PRIMARY_REGION"), os.Getenv("FLY_REGION")
	if primary == "" || here == "" || primary == here {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !replayable(r) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("fly-replay", "region="+primary)
		w.WriteHeader(http.StatusConflict)
	})
}

func replayable(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return false
	}
	if r.Header.Get("fly-replay-src") != "" || r.Header.Get("Upgrade") != "" {
		return false
	}
	// A body of unknown length has the length -1.
	if r.ContentLength < 0 || r.ContentLength > largestBody {
		return false
	}
	if len(paths) == 0 {
		return true
	}
	for _, start := range paths {
		if strings.HasPrefix(r.URL.Path+"/", strings.TrimRight(start, "/")+"/") {
			return true
		}
	}
	return false
}
