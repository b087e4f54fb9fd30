// Package s3server is a real S3 server on loopback, for tests and rehearsals:
// Versity's gateway over a folder.
//
// The gateway allows one instance a process and changes the working folder, so
// it runs in a process of its own: this very program, started again. A program
// that calls Start therefore calls Main first, in main or TestMain:
//
//	func TestMain(m *testing.M) {
//		s3server.Main()
//		os.Exit(m.Run())
//	}
//
// Requests pass through a proxy in the calling process, which counts them and
// stays at its address when the server is stopped and started again.
//
// No step may link this package: the gateway brings many client libraries.
package s3server
