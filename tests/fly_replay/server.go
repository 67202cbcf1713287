// A server with the middleware in front of an app that answers everything.
package main

import (
	"fmt"
	"net"
	"net/http"

	"replay/flyreplay"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "app") })
	panic(http.Serve(listener, flyreplay.Middleware(app)))
}
