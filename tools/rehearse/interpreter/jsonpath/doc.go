// Package jsonpath evaluates paths as Step Functions does. Where the service is
// known to differ from https://goessner.net/articles/JsonPath/, this package does
// what the service does.
package jsonpath
