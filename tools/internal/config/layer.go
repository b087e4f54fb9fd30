package config

// Layer is what one source sets: values of some fields.
type Layer struct {
	set          map[string]setting // by the field's key, as in "lambda_defaults.timeout"
	environments map[string]Environment
}

type setting struct {
	value  any
	source string // as in "lokki.yml:3:5"
}

// FromDefault is the source of a value that no layer sets.
const FromDefault = "default"

// Setting is the effective value of one field.
type Setting struct {
	Key      string // as in "lambda_defaults.timeout"
	Variable string // the environment variable that can set it
	Value    any    // a string, int, bool or map[string]string
	Source   string // what set it, as in "lokki.yml:3:5" or "LOKKI_PREFIX"; or FromDefault
}

// Settings returns the effective value of each field, in the order of the
// reference. The layers come weakest first. A field that a layer sets replaces
// weaker layers' values, lambda_env as a whole.
func Settings(layers ...Layer) []Setting {
	all := make([]Setting, 0, len(fields))
	for _, f := range fields {
		s := setting{f.get(Defaults()), FromDefault}
		for _, l := range layers {
			if said, ok := l.set[f.key]; ok {
				s = said
			}
		}
		all = append(all, Setting{f.key, f.variable(), s.value, s.source})
	}
	return all
}

// Resolve returns the effective values as a Config.
func Resolve(layers ...Layer) Config {
	c := Defaults()
	for i, s := range Settings(layers...) {
		fields[i].set(&c, s.Value)
	}
	return c
}
