package template

import (
	"gopkg.in/yaml.v3"
)

// mappings is the section Mappings: a table of tables for each name
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/mappings-section-structure.html).
type mappings map[string]map[string]map[string]any

func (p *parser) table(key, n *yaml.Node) {
	table := map[string]map[string]any{}
	p.mapping(n, "a mapping", func(top, values *yaml.Node) {
		row := map[string]any{}
		p.mapping(values, "the values of a mapping", func(second, v *yaml.Node) {
			row[second.Value] = p.constant(v)
		})
		table[top.Value] = row
	})
	if p.t.mappings == nil {
		p.t.mappings = mappings{}
	}
	p.t.mappings[key.Value] = table
}

// constant is a string or a list of strings.
func (p *parser) constant(n *yaml.Node) any {
	if n.Kind != yaml.SequenceNode || short(n) {
		text, _ := p.text(n, "a value of a mapping")
		return text
	}
	items := []any{}
	for _, item := range n.Content {
		text, _ := p.text(item, "an item of a mapping")
		items = append(items, text)
	}
	return items
}

// findInMap is Fn::FindInMap.
type findInMap struct{ table, top, second value }

func (f findInMap) eval(r *run) (any, problems) {
	table, all := f.table.text(r, "the name of a mapping")
	top, more := f.top.text(r, "the first key of a mapping")
	all = append(all, more...)
	second, more := f.second.text(r, "the second key of a mapping")
	if all = append(all, more...); all != nil {
		return nil, all
	}
	rows, ok := r.t.mappings[table]
	if !ok {
		return nil, problems{{f.table.at, "no mapping " + table, meant(table, keys(r.t.mappings))}}
	}
	row, ok := rows[top]
	if !ok {
		return nil, problems{{f.top.at, "the mapping " + table + " has no " + top, meant(top, keys(rows))}}
	}
	v, ok := row[second]
	if !ok {
		return nil, problems{{f.second.at, "the mapping " + table + " has no " + top + "." + second, meant(second, keys(row))}}
	}
	return v, nil
}
