package launch

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
)

// Environment is the environment of a process that has all steps of a flow in it.
type Environment struct {
	Env   map[string]string `json:"env"`
	Notes []string          `json:"notes"` // one for each variable whose value differs in some Lambda
}

// ReadEnvironment reads what Encode wrote.
func ReadEnvironment(file string) (Environment, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return Environment{}, fmt.Errorf("reading the environment: %w", err)
	}
	var e Environment
	if err := json.Unmarshal(data, &e); err != nil {
		return Environment{}, fmt.Errorf("reading the environment in %s: %w", file, err)
	}
	return e, nil
}

// Encode writes the environment as JSON.
func (e Environment) Encode() ([]byte, error) {
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the environment: %w", err)
	}
	return append(data, '\n'), nil
}

// Variables returns the variables as a [Program] takes them.
func (e Environment) Variables() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(e.Env)) {
		all = append(all, name+"="+e.Env[name])
	}
	return all
}
