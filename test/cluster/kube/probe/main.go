// Command probe is what a test's pod runs: it prints a file, the user that it runs as, and what the API server says to
// its service account under the name kubernetes.default.svc, and fails if any of that is not to be had.
//
//	probe FILE PATH-OF-THE-API
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

const account = "/var/run/secrets/kubernetes.io/serviceaccount/"

func main() {
	if len(os.Args) != 3 {
		fail("usage: probe FILE PATH", nil)
	}
	content, err := os.ReadFile(os.Args[1])
	fail("read", err)
	fmt.Printf("uid: %d\nfile: %s\n", os.Getuid(), content)

	authority, err := os.ReadFile(account + "ca.crt")
	fail("read", err)
	token, err := os.ReadFile(account + "token")
	fail("read", err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	client := http.Client{
		Timeout:   20 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}},
	}
	request, err := http.NewRequest("GET", "https://kubernetes.default.svc"+os.Args[2], nil)
	fail("request", err)
	request.Header.Set("Authorization", "Bearer "+string(token))
	answer, err := client.Do(request)
	fail("GET", err)
	body, err := io.ReadAll(answer.Body)
	fail("GET", err)
	fmt.Printf("status: %d\nbody: %s\n", answer.StatusCode, body)
}

func fail(doing string, err error) {
	if err != nil || doing[0] == 'u' {
		fmt.Println(doing, err)
		os.Exit(1)
	}
}
