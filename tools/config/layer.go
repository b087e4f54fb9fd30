package config

// Layer is what one source says: a value for some of the fields.
type Layer struct {
	set map[string]setting // by the field's key, as in "lambda_defaults.timeout"
}

type setting struct {
	value  any
	source string // as in "lokki.yml:3:5"
}

// Resolve applies the layers to the defaults, the weakest first. A field that
// a layer sets replaces what weaker layers say, lambda_env as a whole.
func Resolve(layers ...Layer) Config {
	c := Defaults()
	for _, f := range fields {
		for _, l := range layers {
			if s, ok := l.set[f.key]; ok {
				f.apply(&c, s.value)
			}
		}
	}
	return c
}
