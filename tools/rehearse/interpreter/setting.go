package asl

import (
	"encoding/json"
	"fmt"
)

// setting is a number that a definition gives, or a path to one.
type setting struct {
	name        string
	value       float64
	given       bool
	path        *path
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
func (s *setting) get(d data) (float64, bool, error) {
	if s.path == nil {
		return s.value, s.given, nil
	}
	value, err := s.path.get(d)
	if err != nil {
		return 0, false, badPath(s.path, err)
	}
	n, ok := value.(json.Number)
	if !ok {
		return 0, false, fault{runtimeError, fmt.Sprintf("The %sPath field refers to value %q which is not a valid number: %s", s.name, appendJSON(nil, value), s.path.text)}
	}
	f := float(n)
	if _, isWhole := integer(value); s.whole && !isWhole {
		return 0, false, fault{runtimeError, fmt.Sprintf("The %sPath field refers to value %q which is not a whole number: %s", s.name, n, s.path.text)}
	}
	switch {
	case f < s.least && s.least == 0 && s.name != "ToleratedFailurePercentage":
		return 0, false, fault{runtimeError, s.name + " cannot be negative."}
	case f < s.least || f > s.most:
		return 0, false, fault{runtimeError, fmt.Sprintf("%s must be between %g and %g.", s.name, s.least, s.most)}
	}
	return f, true, nil
}

// badPath describes a path as Step Functions does.
func badPath(p *path, err error) error {
	return fault{runtimeError, fmt.Sprintf("Invalid path '%s' : %v", p.text, err)}
}
