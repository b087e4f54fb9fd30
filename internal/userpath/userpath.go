// Package userpath finds the files that a user names on the command line of a
// program that "bazel run" may have started.
package userpath

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Path resolves a file name given by the user. "bazel run" changes the working
// directory; the user's is in the environment
// (https://bazel.build/docs/user-manual#running-executables).
func Path(name string) string {
	if wd := os.Getenv("BUILD_WORKING_DIRECTORY"); wd != "" && !filepath.IsAbs(name) {
		return filepath.Join(wd, name)
	}
	return name
}

// ReadInput reads the file given with --input-file; "-" is stdin.
func ReadInput(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		data, err := io.ReadAll(stdin)
		if err != nil {
			return nil, fmt.Errorf("reading the input from standard input: %w", err)
		}
		return data, nil
	}
	data, err := os.ReadFile(Path(name))
	if err != nil {
		return nil, fmt.Errorf("reading --input-file: %w", err)
	}
	return data, nil
}

// Quote quotes a word for a shell.
func Quote(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:+=@,") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
