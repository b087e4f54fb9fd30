package ordered

import (
	"encoding/json"
	"slices"
	"strconv"
)

// New makes an object of alternating keys and values.
func New(keysAndValues ...any) *Object {
	o := &Object{}
	for i := 0; i < len(keysAndValues); i += 2 {
		o.Set(keysAndValues[i].(string), keysAndValues[i+1])
	}
	return o
}

// Int is a number in a document.
func Int[T int | int64](n T) json.Number { return json.Number(strconv.FormatInt(int64(n), 10)) }

// Set sets the member. A new member comes last; an existing one stays in its
// place.
func (o *Object) Set(key string, value any) {
	for i := range o.members {
		if o.members[i].key == key {
			o.members[i].value = value
			return
		}
	}
	o.members = append(o.members, member{key, value})
}

// Append adds values to the end of the member that is an array.
func (o *Object) Append(key string, values ...any) error {
	array, err := o.Array(key)
	if err != nil {
		return err
	}
	o.Set(key, slices.Concat(array, values))
	return nil
}

// Delete removes the member if it exists.
func (o *Object) Delete(key string) {
	o.members = slices.DeleteFunc(o.members, func(m member) bool { return m.key == key })
}

// Len returns the number of members.
func (o *Object) Len() int { return len(o.members) }

// Add sets all members of other, in their order.
func (o *Object) Add(other *Object) {
	for _, m := range other.members {
		o.Set(m.key, m.value)
	}
}

// Merge sets all members of other, in their order, and merges members that are
// objects on both sides in the same way.
func (o *Object) Merge(other *Object) {
	for _, m := range other.members {
		ours, ok := o.Get(m.key).(*Object)
		theirs, both := m.value.(*Object)
		if ok && both {
			ours.Merge(theirs)
		} else {
			o.Set(m.key, m.value)
		}
	}
}
