// Package config reads lokki.yml: what a project says once for all its flows.
//
// Settings come in layers, each of which says something or nothing about each
// field; a later layer wins field by field. Every file is one layer.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Config holds the effective value of every field. A zero ARN, bucket or
// prefix means that none is given: the template then makes its own.
type Config struct {
	ArtifactBucket string            // bucket of the values that pass between steps
	Roles          Roles             //
	LambdaEnv      map[string]string // environment of every Lambda
	ECRRepoPrefix  string            // registry and first part of the images' repositories
	BuildDir       string            // folder that Bazel's outputs are copied to on request
	LambdaDefaults LambdaDefaults    //
}

// Roles are the ARNs of roles that exist already.
type Roles struct {
	Pipeline string // for the state machine
	Lambda   string // for all Lambdas
}

// LambdaDefaults hold for every step that does not say otherwise.
type LambdaDefaults struct {
	Timeout          int    // seconds, 1 to 900
	Memory           int    // MB, 128 to 10240
	EphemeralStorage int    // MB, 512 to 10240; not a field of lokki.yml
	ImageTag         string // tag to push images with; they are deployed by digest
}

// Defaults returns the configuration of a project without lokki.yml.
func Defaults() Config {
	return Config{
		BuildDir:       "lokki-build",
		LambdaDefaults: LambdaDefaults{Timeout: 900, Memory: 512, EphemeralStorage: 512, ImageTag: "latest"},
	}
}

// Load returns the defaults overridden by the file at path. A file that isn't
// there, or an empty path, is no error.
func Load(path string) (Config, error) {
	if path == "" {
		return Defaults(), nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Defaults(), nil
	}
	if err != nil {
		return Config{}, fmt.Errorf("reading lokki.yml: %w", err)
	}
	layer, err := Parse(path, data)
	if err != nil {
		return Config{}, err
	}
	return Resolve(layer), nil
}
