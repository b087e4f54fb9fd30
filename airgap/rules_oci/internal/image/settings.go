package image

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ordered"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/values"
)

// Settings are the parts of an image's configuration that can be set. "" keeps
// a part as it is.
type Settings struct {
	CreatedFile      string // an RFC 3339 date and time, with nothing after it
	EntrypointFile   string // one argument per line; clears Cmd, as Docker does
	CmdFile          string // one argument per line
	ExposedPortsFile string // comma-separated, as in "8080/tcp,9090"
	VolumesFile      string // comma-separated paths
	EnvFile          string // `key=value` lines, in which $key and ${key} are expanded
	LabelsFile       string // `key=value` lines
	User             string
	Workdir          string
}

// apply changes the configuration. Values that no engine accepts are errors;
// all of them are returned.
func (s Settings) apply(config *ordered.Object) error {
	old, err := config.Object("config")
	if err != nil {
		return err
	}
	// New members are added in the order of these calls.
	var errs []error
	patch, settings := &ordered.Object{}, &ordered.Object{}
	set := func(in *ordered.Object, key, file string, read func(file string) (any, error)) {
		if file == "" {
			return
		}
		value, err := read(file)
		if err != nil {
			errs = append(errs, err)
		}
		in.Set(key, value)
	}
	set(patch, "created", s.CreatedFile, created)
	patch.Set("config", settings)
	if s.EntrypointFile != "" {
		settings.Set("Cmd", nil)
	}
	set(settings, "Entrypoint", s.EntrypointFile, arguments)
	set(settings, "Cmd", s.CmdFile, arguments)
	set(settings, "ExposedPorts", s.ExposedPortsFile, exposedPorts)
	set(settings, "Volumes", s.VolumesFile, volumes)
	set(settings, "Env", s.EnvFile, func(file string) (any, error) { return expandEnv(old, file) })
	set(settings, "Labels", s.LabelsFile, func(file string) (any, error) { return values.Dict(file) })
	if s.User != "" {
		settings.Set("User", s.User)
	}
	if s.Workdir != "" {
		settings.Set("WorkingDir", s.Workdir)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	config.Merge(patch)
	if old.Get("Cmd") == nil {
		old.Delete("Cmd")
	}
	return nil
}

// annotate adds annotations to the manifest.
func annotate(manifest *ordered.Object, file string) error {
	if file == "" {
		return nil
	}
	added, err := values.Dict(file)
	if err != nil {
		return err
	}
	annotations, err := manifest.Object("annotations")
	if err != nil {
		return err
	}
	annotations.Add(added)
	return nil
}

func created(file string) (any, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if _, err := time.Parse(time.RFC3339, string(data)); err != nil {
		return nil, hint.Add(fmt.Errorf("%s: %q is not an RFC 3339 date and time", file, data),
			"write it like 2020-01-02T03:04:05Z, with no line break after it")
	}
	return string(data), nil
}

func arguments(file string) (any, error) {
	lines, err := values.Lines(file)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for _, line := range lines {
		list = append(list, line)
	}
	return list, nil
}

var portRange = regexp.MustCompile(`^[0-9]+(-[0-9]+)?(/(tcp|udp|sctp))?$`)

func exposedPorts(file string) (any, error) {
	return values.Set(file, func(port string) error {
		if !portRange.MatchString(port) {
			return hint.Add(fmt.Errorf("%q is not a port", port),
				"write ports like 8080, 8080/tcp or 8000-8010/udp, separated by commas, without a line break at the end")
		}
		return nil
	})
}

func volumes(file string) (any, error) {
	return values.Set(file, func(path string) error {
		if path == "" || strings.Contains(path, "\n") {
			return hint.Add(fmt.Errorf("%q is not a path of a volume", path),
				"write paths separated by commas, without a line break at the end")
		}
		return nil
	})
}
