// Package s3server runs a real S3 server on loopback, for tests and rehearsals:
// Versity's gateway over a folder.
//
// The gateway allows one instance per process and changes the working folder,
// so it runs in its own process: this very program, started again. A program
// that calls Start therefore calls Main first, in main or TestMain:
//
//	func TestMain(m *testing.M) {
//		s3server.Main()
//		os.Exit(m.Run())
//	}
//
// Requests pass through a proxy in the calling process, which counts them and
// keeps its address when the server is stopped and started again.
//
// No step may link this package: the gateway brings many client libraries.
package s3server
