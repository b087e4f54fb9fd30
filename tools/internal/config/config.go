// Package config reads lokki.yml: a project's configuration for all its flows.
//
// Settings come in layers, each of which sets some of the fields; a stronger
// layer wins field by field. Every file is one layer, and the environment
// variables are the strongest. docs/config.md is the reference.
package config

import "github.com/lokki-build/lokki/internal/timelimit"

// Config holds the effective value of every field. If an ARN, bucket or
// registry is empty, the template creates or uses its own.
type Config struct {
	ArtifactBucket string            // bucket of the values that pass between steps
	Prefix         string            // first part of the values' keys
	DataExpiry     int               // days that values are kept
	Roles          Roles             //
	LambdaEnv      map[string]string // environment of every Lambda
	LambdaDefaults LambdaDefaults    //
	ECRRepoPrefix  string            // registry and first part of the images' repositories
	LogRetention   int               // days that logs are kept
	Tracing        bool              // whether executions and Lambdas are traced by X-Ray
	Metrics        bool              // whether CloudWatch creates metrics from the steps' logs
	BuildDir       string            // where scripts copy the artifacts
}

// Roles are the ARNs of existing roles.
type Roles struct {
	Pipeline string // for the state machine
	Lambda   string // for all Lambdas
}

// LambdaDefaults apply to every step that doesn't override them.
type LambdaDefaults struct {
	Timeout          int    // seconds
	Memory           int    // MB
	EphemeralStorage int    // MB of /tmp
	Architecture     string // arm64 or amd64
	ImageTag         string // tag to push images with; they are deployed by digest
}

// Defaults returns the configuration of a project that sets nothing.
func Defaults() Config {
	return Config{
		Prefix:     "lokki",
		DataExpiry: 30,
		LambdaEnv:  map[string]string{},
		LambdaDefaults: LambdaDefaults{
			Timeout: timelimit.DefaultLambda, Memory: 512, EphemeralStorage: 512, Architecture: "arm64", ImageTag: "latest"},
		LogRetention: 30,
		Tracing:      true,
		Metrics:      true,
		BuildDir:     "lokki-build",
	}
}
