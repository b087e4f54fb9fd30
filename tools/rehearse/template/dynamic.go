package template

import "regexp"

// dynamic matches references to values outside of the template
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html).
var dynamic = regexp.MustCompile(`\{\{resolve:([^{}]+)\}\}`)

// dynamic replaces the dynamic references in a resource's properties.
func (r *run) dynamic(res resource, v any) (any, problems) {
	var all problems
	switch v := v.(type) {
	case string:
		return dynamic.ReplaceAllStringFunc(v, func(m string) string {
			name := dynamic.FindStringSubmatch(m)[1]
			text, ok := r.env.References[name]
			if !ok {
				all = append(all, problem{res.at, res.id + ": no value for " + m, "give a value for " + name})
			}
			return text
		}), all
	case []any: // copied: the template's own lists may be in it
		items := []any{}
		for _, item := range v {
			replaced, problems := r.dynamic(res, item)
			items = append(items, replaced)
			all = append(all, problems...)
		}
		return items, all
	case map[string]any:
		fields := map[string]any{}
		for _, name := range keys(v) {
			replaced, problems := r.dynamic(res, v[name])
			fields[name] = replaced
			all = append(all, problems...)
		}
		return fields, all
	}
	return v, nil
}
