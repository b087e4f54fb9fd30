package image

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/zstd"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/hint"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

// build makes an image, which must be valid, and returns its folder.
func build(t *testing.T, spec Spec) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "image")
	if err := Build(context.Background(), spec, out); err != nil {
		t.Fatal(err)
	}
	layouttest.Check(t, out)
	return out
}

// file writes an attribute's file.
func file(t *testing.T, content string) string {
	return layouttest.File(t, "values.txt", []byte(content))
}

// layerOf returns a layer of one file, compressed with gzip.
func layerOf(t *testing.T, name string) Layer {
	archive := layouttest.Gzip(t, layouttest.Tar(t, name, name))
	return Layer{layouttest.File(t, name+".tar.gz", archive), "//:" + name}
}

func TestEnv(t *testing.T) {
	base := Spec{OS: "linux", Architecture: "arm64"}
	base.Settings.EnvFile = file(t, "PATH=/bin\nHOME=/root\n")
	baseDir := build(t, base)
	tests := []struct {
		name, env string
		want      []string
	}{
		{"nothing", "", []string{"PATH=/bin", "HOME=/root"}},
		{"new ones come last", "A=1\nB=x=y", []string{"PATH=/bin", "HOME=/root", "A=1", "B=x=y"}},
		{"in its place", "PATH=/usr/bin", []string{"PATH=/usr/bin", "HOME=/root"}},
		{"of the base", "PATH=/usr/bin:$PATH:${HOME}/bin", []string{"PATH=/usr/bin:/bin:/root/bin", "HOME=/root"}},
		{"of a line before", "A=1\nB=$A\nA=2\nC=$A$B", []string{"PATH=/bin", "HOME=/root", "A=2", "B=1", "C=21"}},
		{"not of a line after", "A=<$B>\nB=1", []string{"PATH=/bin", "HOME=/root", "A=<>", "B=1"}},
		{"unknown", "A=x${NOT_THERE}y$NOR_THIS", []string{"PATH=/bin", "HOME=/root", "A=xy"}},
		{"longest name", "A=1\nAB=2\nC=$AB", []string{"PATH=/bin", "HOME=/root", "A=1", "AB=2", "C=2"}},
		{"dollars alone", "A=$ $$ ${}", []string{"PATH=/bin", "HOME=/root", "A=$ $$ ${}"}},
		{"a brace alone", "A=${HOME $HOME}", []string{"PATH=/bin", "HOME=/root", "A=/root /root"}},
		{"not twice", "A=$\nB=${A}HOME", []string{"PATH=/bin", "HOME=/root", "A=$", "B=$HOME"}},
		{"no value", "A", []string{"PATH=/bin", "HOME=/root", "A="}},
		{"beyond ASCII", "A=é$HOMEé", []string{"PATH=/bin", "HOME=/root", "A=é/rooté"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spec := Spec{Base: baseDir}
			spec.Settings.EnvFile = file(t, test.env)
			if got := layouttest.Config(t, build(t, spec)).Config.Env; !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestEntrypointAndCmd(t *testing.T) {
	base := Spec{OS: "linux", Architecture: "arm64"}
	base.Settings.EntrypointFile, base.Settings.CmdFile = file(t, "/base"), file(t, "a\nb")
	baseDir := build(t, base)
	tests := []struct {
		name                string
		entrypoint, cmd     string // "-" for none
		wantEntry, wantArgs []string
	}{
		{"neither", "-", "-", []string{"/base"}, []string{"a", "b"}},
		{"cmd alone", "-", "c d", []string{"/base"}, []string{"c d"}},
		{"entrypoint clears cmd", "/new", "-", []string{"/new"}, nil},
		{"both", "/new\n-x", "c", []string{"/new", "-x"}, []string{"c"}},
		{"line breaks", "-", "one%5Cntwo", []string{"/base"}, []string{"one\ntwo"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spec := Spec{Base: baseDir}
			if test.entrypoint != "-" {
				spec.Settings.EntrypointFile = file(t, test.entrypoint)
			}
			if test.cmd != "-" {
				spec.Settings.CmdFile = file(t, test.cmd)
			}
			config := layouttest.Config(t, build(t, spec)).Config
			if !reflect.DeepEqual(config.Entrypoint, test.wantEntry) || !reflect.DeepEqual(config.Cmd, test.wantArgs) {
				t.Errorf("got %q and %q", config.Entrypoint, config.Cmd)
			}
		})
	}
}

func TestLayersOfAllKinds(t *testing.T) {
	plain := layouttest.Tar(t, "file", "content")
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	spec := Spec{OS: "linux", Architecture: "arm64", Layers: []Layer{
		{layouttest.File(t, "a.tar", plain), "//:a"},
		{layouttest.File(t, "b.tgz", layouttest.Gzip(t, plain)), "//:b"},
		{layouttest.File(t, "c.tar.zst", encoder.EncodeAll(plain, nil)), "//:c"},
		{layouttest.File(t, "d.tar.gz", plain), "//:d"}, // the file's name doesn't matter
	}}
	out := build(t, spec)
	root, _, _ := layouttest.Manifests(t, out)
	var got []types.MediaType
	for _, l := range layouttest.Manifest(t, out, root).Layers {
		got = append(got, l.MediaType)
	}
	const tar = "application/vnd.oci.image.layer.v1.tar"
	if want := []types.MediaType{tar, tar + "+gzip", tar + "+zstd", tar}; !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	config := layouttest.Config(t, out)
	for i, id := range config.RootFS.DiffIDs {
		if id != config.RootFS.DiffIDs[0] {
			t.Errorf("layer %d has the diff id %s", i, id)
		}
		if want := "bazel build " + spec.Layers[i].Label; config.History[i].CreatedBy != want {
			t.Errorf("got %q, want %q", config.History[i].CreatedBy, want)
		}
	}
}

// crane doesn't push a layout of links.
func TestBlobsAreFiles(t *testing.T) {
	base := build(t, Spec{OS: "linux", Architecture: "arm64", Layers: []Layer{layerOf(t, "a")}})
	out := build(t, Spec{Base: base, Layers: []Layer{layerOf(t, "b")}})
	entries, err := os.ReadDir(filepath.Join(out, "blobs/sha256"))
	if err != nil || len(entries) != 4 {
		t.Errorf("there are %d blobs (%v), not 2 layers, a configuration and a manifest", len(entries), err)
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			t.Errorf("%s is not a regular file", entry.Name())
		}
	}
}

func TestSameInputSameBytes(t *testing.T) {
	spec := Spec{OS: "linux", Architecture: "arm64", Layers: []Layer{layerOf(t, "a"), layerOf(t, "b")}}
	spec.Settings.LabelsFile = file(t, "z=1\ny=2\nx=3")
	first, _, _ := layouttest.Manifests(t, build(t, spec))
	second, _, _ := layouttest.Manifests(t, build(t, spec))
	if first != second {
		t.Errorf("%s and %s", first, second)
	}
}

func TestBuildErrors(t *testing.T) {
	platform := Spec{OS: "linux", Architecture: "arm64"}
	empty := t.TempDir()
	text := file(t, "text")
	tests := []struct {
		name   string
		change func(*Spec)
		want   []string // parts of the error and its hint
	}{
		{"no platform", func(s *Spec) { s.OS = "" }, []string{"the operating system and the architecture are needed"}},
		{"base and platform", func(s *Spec) { s.Base = empty }, []string{"can't be set as well"}},
		{"base without index.json", func(s *Spec) { *s = Spec{Base: empty} }, []string{empty + " is not a directory in OCI layout", "name an oci_image"}},
		{"base is a file", func(s *Spec) { *s = Spec{Base: text} }, []string{text + " is not a directory in OCI layout"}},
		{"layer is missing", func(s *Spec) { s.Layers = []Layer{{"gone.tar", "//:gone"}} }, []string{"adding the layer //:gone", "gone.tar: no such file"}},
		{"layer is corrupt", func(s *Spec) {
			archive := layouttest.Gzip(t, layouttest.Tar(t, "file", "content"))
			s.Layers = []Layer{{layouttest.File(t, "bad.tar.gz", archive[:len(archive)-9]), "//:bad"}}
		}, []string{"adding the layer //:bad", "bad.tar.gz: reading the gzip-compressed tar archive"}},
		{"time with a line break", func(s *Spec) { s.Settings.CreatedFile = file(t, "2020-01-02T03:04:05Z\n") }, []string{"is not an RFC 3339 date and time", "no line break"}},
		{"no port", func(s *Spec) { s.Settings.ExposedPortsFile = file(t, "8080/tcp,http") }, []string{`"http" is not a port`, "8000-8010/udp"}},
		{"volume with a line break", func(s *Spec) { s.Settings.VolumesFile = file(t, "/a,/b\n") }, []string{`"/b\n" is not a path`}},
		{"variable without name", func(s *Spec) { s.Settings.EnvFile = file(t, "A=1\n\n=2\n") }, []string{"values.txt:2: the variable's name is missing", "values.txt:3: "}},
		{"all problems at once", func(s *Spec) {
			s.Settings.ExposedPortsFile, s.Settings.EnvFile = file(t, "x"), file(t, "=")
		}, []string{"is not a port", "values.txt:1: "}},
		{"annotations are missing", func(s *Spec) { s.AnnotationsFile = "gone" }, []string{"adding annotations", "gone"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			spec := platform
			test.change(&spec)
			err := Build(context.Background(), spec, filepath.Join(t.TempDir(), "image"))
			if err == nil {
				t.Fatal("there is no error")
			}
			for _, part := range test.want {
				if message := err.Error() + "\n" + hint.Of(err); !strings.Contains(message, part) {
					t.Errorf("%q is not in\n%s", part, message)
				}
			}
		})
	}
}

// TestForeignBases uses layouts of other programs as base.
func TestForeignBases(t *testing.T) {
	const manifestRest = `"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"CONFIG","size":SIZE,"data":"e30="},"layers":[]}`
	const config = `{"architecture":"s390x","os":"linux","extra":{"k":1},"config":{"Cmd":null,"Labels":{"a":"1"}},"rootfs":{"type":"layers","diff_ids":[]}}`
	tests := []struct {
		name, manifest, layerType string
		wrap                      bool // puts the manifest in an image index
	}{
		{"without media type", `{"schemaVersion":2,` + manifestRest, "application/vnd.oci.image.layer.v1.tar+gzip", false},
		{"in an image index", `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` + manifestRest, "application/vnd.oci.image.layer.v1.tar+gzip", true},
		{"of Docker", `{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json",` + manifestRest, "application/vnd.docker.image.rootfs.diff.tar.gzip", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			base := foreignLayout(t, test.manifest, config, test.wrap)
			spec := Spec{Base: base, Layers: []Layer{layerOf(t, "a")}}
			spec.Settings.LabelsFile = file(t, "b=2")
			out := build(t, spec)

			root, index, _ := layouttest.Manifests(t, out)
			if index != nil {
				t.Error("the image is an image index")
			}
			manifest := string(layouttest.Blob(t, out, root))
			if strings.Contains(manifest, `"data"`) {
				t.Errorf("the old configuration is still in the manifest:\n%s", manifest)
			}
			if got := layouttest.Manifest(t, out, root).Layers[0].MediaType; string(got) != test.layerType {
				t.Errorf("the layer is a %s", got)
			}
			got := string(layouttest.Blob(t, out, layouttest.Manifest(t, out, root).Config.Digest))
			// Existing members stay in their place, and new ones come after
			// them.
			const start = "{\n  \"architecture\": \"s390x\",\n  \"os\": \"linux\",\n  \"extra\": {\n    \"k\": 1\n  },\n" +
				"  \"config\": {\n    \"Labels\": {\n      \"a\": \"1\",\n      \"b\": \"2\"\n    }\n  },\n  \"rootfs\": {\n"
			if !strings.HasPrefix(got, start) {
				t.Errorf("the configuration is\n%s", got)
			}
		})
	}
}

func TestForeignBaseErrors(t *testing.T) {
	const manifest = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
		`"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"CONFIG","size":SIZE},"layers":LAYERS}`
	const layer = `{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:2337c3e47294b3b8606c223a078cebd26a49607847512e06445acb09ae858f5b","size":139}`
	tests := []struct {
		name   string
		layers string
		change func(dir string) error
		want   string
	}{
		{"a layer is missing", "[" + layer + "]", nil, "no such file"},
		{"a layer is too short", "[" + layer + "]", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "blobs/sha256/2337c3e47294b3b8606c223a078cebd26a49607847512e06445acb09ae858f5b"), []byte("x"), 0o644)
		}, "it has 1 bytes, not the 139"},
		{"index.json isn't JSON", "[]", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "index.json"), []byte("{"), 0o644)
		}, "index.json"},
		{"index.json names nothing", "[]", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "index.json"), []byte(`{"manifests":[]}`), 0o644)
		}, "it names 0 manifests, want one"},
		{"oci-layout is missing", "[]", func(dir string) error { return os.Remove(filepath.Join(dir, "oci-layout")) }, "it has no oci-layout"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			base := foreignLayout(t, strings.Replace(manifest, "LAYERS", test.layers, 1), `{}`, false)
			if test.change != nil {
				if err := test.change(base); err != nil {
					t.Fatal(err)
				}
			}
			err := Build(context.Background(), Spec{Base: base}, filepath.Join(t.TempDir(), "image"))
			if err == nil || !strings.Contains(err.Error(), "reading the base image") || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got the error %v, want %q", err, test.want)
			}
		})
	}
}

// foreignLayout writes a layout of a manifest, in which CONFIG and SIZE stand
// for its configuration's digest and size.
func foreignLayout(t *testing.T, manifest, config string, wrap bool) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, content string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	blob := func(content string) (digest, size string) {
		h, n, err := v1.SHA256(strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		write("blobs/sha256/"+h.Hex, content)
		return h.String(), strconv.FormatInt(n, 10)
	}
	digest, size := blob(config)
	manifest = strings.NewReplacer("CONFIG", digest, "SIZE", size).Replace(manifest)
	mediaType := "application/vnd.oci.image.manifest.v1+json"
	if strings.Contains(manifest, "docker") {
		mediaType = "application/vnd.docker.distribution.manifest.v2+json"
	}
	digest, size = blob(manifest)
	index := `{"schemaVersion":2,"manifests":[{"mediaType":"` + mediaType + `","digest":"` + digest + `","size":` + size + `,"annotations":{"org.opencontainers.image.ref.name":"latest"}}]}`
	if wrap {
		digest, size = blob(index)
		index = `{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"` + digest + `","size":` + size + `}]}`
	}
	write("index.json", index)
	write("oci-layout", `{"imageLayoutVersion":"1.0.0"}`)
	return dir
}
