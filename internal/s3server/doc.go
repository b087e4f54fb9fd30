// Package s3server runs a real S3 server on loopback, for tests and rehearsals:
// Versity's gateway over a folder.
//
// The gateway is a program of its own, tools/s3gateway, since it changes the working
// folder, may be killed as in a power cut, and brings many client libraries.
//
// Requests pass through a proxy in the calling process, which counts them and
// keeps its address when the server is stopped and started again.
package s3server
