// Package sourcename names source files without what only one version of Bazel,
// or one configuration, puts into their paths.
package sourcename

import "strings"

// Stable is the name of a source file, given as the compiler recorded it in a
// build by Bazel: relative to the execution root.
//
//	external/gazelle~~go_deps~com_github_x_y/z.go     external/com_github_x_y/z.go (Bazel 7)
//	external/gazelle++go_deps+com_github_x_y/z.go     external/com_github_x_y/z.go (Bazel 8 and newer)
//	bazel-out/k8-fastbuild-ST-0123456789ab/bin/z.go   z.go (a generated file)
//
// Other names are left as they are. A stable name is never longer.
func Stable(name string) string {
	if rest, ok := strings.CutPrefix(name, "bazel-out/"); ok {
		// The configuration, whose hash depends on the names of repositories, and the kind of output.
		parts := strings.SplitN(rest, "/", 3)
		if len(parts) < 3 {
			return name
		}
		name = parts[2]
	}
	rest, ok := strings.CutPrefix(name, "external/")
	if !ok {
		return name
	}
	repository, file, ok := strings.Cut(rest, "/")
	if !ok {
		return name
	}
	return "external/" + shortName(repository) + "/" + file
}

// shortName is a repository's name as its own module or extension calls it. The
// canonical name has the parts MODULE, VERSION, EXTENSION and NAME with
// separators between them. A module's own repository has the first two, one made
// by the root module's extension may lack the version.
func shortName(canonical string) string {
	parts := strings.Split(strings.ReplaceAll(canonical, "~", "+"), "+")
	if len(parts) == 2 {
		return parts[0]
	}
	return parts[len(parts)-1]
}
