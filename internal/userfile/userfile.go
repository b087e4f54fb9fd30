// Package userfile finds the files that a user names on the command line of a
// program, which "bazel run" may have started.
package userfile

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Path is where the user's name of a file leads. "bazel run" changes the
// directory; the user's own is in the environment
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

// Quote writes a word as a shell reads it.
func Quote(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:+=@,") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
