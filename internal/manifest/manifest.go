// Package manifest is the format in which a lokki_flow rule passes the content of
// its BUILD file to the tools: which target runs which function, the settings of
// that target, and when the flow is started.
package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/lokki-build/lokki/internal/schedule"
)

// Manifest is a flow as declared in its BUILD file, birds.steps.json.
type Manifest struct {
	Flow      string              `json:"flow"` // label of the lokki_flow, as in "//flows:birds"
	Steps     []Step              `json:"steps"`
	Schedules []schedule.Schedule `json:"schedules,omitempty"`
	Alarms    bool                `json:"alarms,omitempty"`  // whether the template has alarms
	Timeout   int                 `json:"timeout,omitempty"` // seconds that an execution may take; 0 is no limit
}

// Step is one lokki_step. A number that is 0 was not set; the defaults of
// lokki.yml, then lokki's own, apply.
type Step struct {
	Target           string            `json:"target"`                      // label, as in "//flows:get_birds"
	Function         string            `json:"function"`                    // as in "example.com/birds.GetBirds"
	Architecture     string            `json:"architecture"`                // "arm64" or "amd64"
	Memory           int               `json:"memory,omitempty"`            // MB, 128 to 10240
	Timeout          int               `json:"timeout,omitempty"`           // seconds, up to awslimits.LambdaSeconds
	EphemeralStorage int               `json:"ephemeral_storage,omitempty"` // MB, 512 to 10240
	Env              map[string]string `json:"env,omitempty"`               // the Lambda's environment
}

// Decode decodes a manifest strictly: unknown fields are errors, as is everything
// that Validate refuses.
func Decode(data []byte) (Manifest, error) {
	var m Manifest
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("decoding the steps manifest: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Manifest{}, errors.New("decoding the steps manifest: more than one JSON value")
	}
	if err := m.Validate(); err != nil {
		return Manifest{}, err
	}
	return m, nil
}
