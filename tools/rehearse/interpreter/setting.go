package interpreter

import (
	"encoding/json"

	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonpath"
	"github.com/lokki-build/lokki/tools/rehearse/interpreter/jsonvalue"
)

// setting is a number that a definition gives, or a path to one.
type setting struct {
	name        string
	value       float64
	given       bool
	path        *jsonpath.Path
	least, most float64
	whole       bool
}

// wholeSetting reads an integer from the field name, or a path from the field
// name+"Path".
func wholeSetting(o *object, name string, otherwise, least, most int) setting {
	s := setting{name: name, least: float64(least), most: float64(most), whole: true, given: o.has(name)}
	s.value = float64(o.integer(name, otherwise, least, most))
	s.readPath(o)
	return s
}

func floatSetting(o *object, name string, least, most float64) setting {
	s := setting{name: name, least: least, most: most, given: o.has(name)}
	s.value = o.float(name, 0, least, most)
	s.readPath(o)
	return s
}

func (s *setting) readPath(o *object) {
	o.atMostOne(s.name, s.name+"Path")
	if s.path = requiredReference(o, s.name+"Path"); s.path != nil {
		s.given = true
	}
}

// get returns the number, and whether the definition gives one.
func (s *setting) get(d jsonpath.Data) (float64, bool, error) {
	if s.path == nil {
		return s.value, s.given, nil
	}
	value, err := s.path.Get(d)
	if err != nil {
		return 0, false, badPath(s.path, err)
	}
	n, ok := value.(json.Number)
	if !ok {
		return 0, false, runtimeFault("The %sPath field refers to value %q which is not a valid number: %s", s.name, jsonvalue.Append(nil, value), s.path)
	}
	f := jsonvalue.Float(n)
	if _, isWhole := jsonvalue.Integer(value); s.whole && !isWhole {
		return 0, false, runtimeFault("The %sPath field refers to value %q which is not a whole number: %s", s.name, n, s.path)
	}
	switch {
	case f < s.least && s.least == 0 && s.name != "ToleratedFailurePercentage":
		return 0, false, runtimeFault("%s cannot be negative.", s.name)
	case f < s.least || f > s.most:
		return 0, false, runtimeFault("%s must be between %g and %g.", s.name, s.least, s.most)
	}
	return f, true, nil
}

// badPath describes a path as Step Functions does.
func badPath(p *jsonpath.Path, err error) error {
	return runtimeFault("Invalid path '%s' : %v", p, err)
}
