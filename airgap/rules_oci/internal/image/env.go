package image

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ordered"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/values"
)

// reference is $KEY or ${KEY}. As in rules_oci, either brace may be missing.
var reference = regexp.MustCompile(`\$\{?([a-zA-Z0-9_]+)\}?`)

// expandEnv returns the new value of Env: the old configuration's, changed by
// the file's lines in order. References in a line's value use the variables so
// far; unknown ones are empty.
func expandEnv(old *ordered.Object, file string) (any, error) {
	env, err := oldEnv(old)
	if err != nil {
		return nil, err
	}
	pairs, err := values.Pairs(file)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, pair := range pairs {
		if pair.Key == "" {
			errs = append(errs, fmt.Errorf("%s:%d: the variable's name is missing", file, pair.Line))
			continue
		}
		env = env.with(pair.Key, env.expand(pair.Value))
	}
	list := []any{}
	for _, v := range env {
		list = append(list, v.key+"="+v.value)
	}
	return list, errors.Join(errs...)
}

// environment has variables in order.
type environment []variable

type variable struct{ key, value string }

// oldEnv reads the Env of a configuration.
func oldEnv(config *ordered.Object) (environment, error) {
	list, err := config.Array("Env")
	if err != nil {
		return nil, err
	}
	var env environment
	for _, entry := range list {
		text, ok := entry.(string)
		if !ok {
			return nil, errors.New("an entry of the base image's Env is not a string")
		}
		key, value, _ := strings.Cut(text, "=")
		env = append(env, variable{key, value})
	}
	return env, nil
}

// expand replaces the references in text.
func (e environment) expand(text string) string {
	return reference.ReplaceAllStringFunc(text, func(ref string) string {
		key := reference.FindStringSubmatch(ref)[1]
		var found strings.Builder
		for _, v := range e {
			if v.key == key {
				found.WriteString(v.value)
			}
		}
		return found.String()
	})
}

// with sets a variable, in its place or, if it is new, at the end.
func (e environment) with(key, value string) environment {
	for i := range e {
		if e[i].key == key {
			e[i].value = value
			return e
		}
	}
	return append(e, variable{key, value})
}
