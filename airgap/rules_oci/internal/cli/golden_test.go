package cli

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/layouttest"
)

// img has the layers and what rules_oci 2.3.2 made from them.
const img = "../../img"

// run runs the program, which must succeed.
func run(t *testing.T, args ...string) {
	t.Helper()
	var stderr bytes.Buffer
	if code := Run(context.Background(), args, &stderr, &stderr); code != 0 {
		t.Fatalf("oci %q: exit code %d\n%s", args, code, &stderr)
	}
}

// TestGolden makes each of the targets in img/BUILD.bazel as its rule does.
func TestGolden(t *testing.T) {
	dir := t.TempDir()
	out := func(target string) string { return filepath.Join(dir, target) }
	file := func(content string) string { return layouttest.File(t, "values.txt", []byte(content)) }
	gz := []string{"-layer", img + "/layer.tar.gz", "-label", "//img:layer.tar.gz"}
	plain := []string{"-layer", img + "/layer.tar", "-label", "//img:layer.tar"}

	targets := []struct {
		name string
		args []string
	}{
		{"scratch_arm64", append(gz, "-os=linux", "-architecture=arm64", "-entrypoint", file("/app/step"))},
		{"scratch_amd64", append(gz, "-os=linux", "-architecture=amd64",
			"-entrypoint", file("/app/step\n--flag=a b"),
			"-env", file("LOG_LEVEL=INFO\nPATH=/app"),
			"-labels", file("org.opencontainers.image.title=step"),
			"-user=65532:65532", "-workdir=/app")},
		{"plain_layer", append(plain, "-os=linux", "-architecture=amd64",
			"-entrypoint", file("/app/step"), "-cmd", file("one\ntwo words"))},
		{"on_base", append(plain, "-base", out("scratch_amd64"),
			"-annotations", file("org.opencontainers.image.revision=abc\na=b=c"),
			"-cmd", file("serve"), "-created", img+"/created.txt",
			"-env", file("PATH=/usr/bin:$PATH\nNEW=x=y"),
			"-exposed_ports", file("8080/tcp"), "-labels", file("k=v"), "-volumes", file("/data"))},
		{"env_file", []string{"-os=linux", "-architecture=arm64", "-variant=v8", "-env", img + "/env.txt"}},
		{"new_entrypoint", []string{"-base", out("plain_layer"), "-entrypoint", file("/other")}},
	}
	for _, target := range targets {
		run(t, append([]string{"image", "-output", out(target.name)}, target.args...)...)
	}
	run(t, "index", "-output", out("both"), "-image", out("scratch_amd64"), "-image", out("scratch_arm64"))

	expected, err := filepath.Glob(img + "/expected/*")
	if err != nil || len(expected) != len(targets)+1 {
		t.Fatalf("there are %d expected images (%v)", len(expected), err)
	}
	for _, want := range expected {
		target := filepath.Base(want)
		t.Run(target, func(t *testing.T) {
			layouttest.Compare(t, out(target), want)
			digest := filepath.Join(t.TempDir(), "digest")
			run(t, "digest", "-image", out(target), "-output", digest)
			if got, want := layouttest.Read(t, digest), layouttest.Read(t, want, "digest"); !bytes.Equal(got, want) {
				t.Errorf("digest: got %q, want %q", got, want)
			}
		})
	}
}

// TestOddValues has the digests that the genuine rules' own scripts made from
// values that img/ doesn't have: line breaks and quotes, undefined references,
// empty lists, duplicate keys.
func TestOddValues(t *testing.T) {
	dir := t.TempDir()
	out := func(target string) string { return filepath.Join(dir, target) }
	file := func(content string) string { return layouttest.File(t, "values.txt", []byte(content)) }
	arguments, pairs, ports := file("one\n\ntwo%5Cnlines\n\"q\"\\\r\n"), file("b=1\n\na=x=y\nb=2\nk\n=v\n"), file("80,443/tcp,8000-8010/udp")
	empty := file("")

	targets := []struct {
		name, digest string
		args         []string
	}{
		{"odd", "sha256:447459db360d7a2a26be3ad19dc46740bea57ed4748c55db2030f18521e6504a", []string{
			"-os=linux", "-architecture=arm64", "-variant=v8", "-layer", img + "/layer.tar", "-label=@other//:layer",
			"-created", file("2021-01-01T00:00:00.123Z"), "-entrypoint", arguments, "-cmd", arguments,
			"-exposed_ports", ports, "-volumes", file("/v,/a b,/v"),
			"-env", file("A=1\nB=x${NOPE}y:$A$\nA=é$A é$A\nC=${A\nD"),
			"-labels", pairs, "-annotations", pairs, "-user=u:g", "-workdir=/w d"}},
		{"on odd", "sha256:1ff69c3f54dc66f902e2aad97f4c1689bcdeac2a24bc5c5ab0ea64fec724a84e", []string{
			"-base", out("odd"), "-layer", img + "/layer.tar.gz", "-label=//:layer", "-entrypoint", arguments,
			"-env", file("A=2\nPATH=/x:$PATH:$B\nZ=<&>\"\\\t"), "-labels", pairs, "-annotations", pairs, "-exposed_ports", ports}},
		{"empty", "sha256:2de0c52e39e13f8725be015ab4235a0cab15a1f08a9ab78f2319a1f73159f53b", []string{
			"-os=linux", "-architecture=arm64", "-variant=v8", "-entrypoint", empty, "-cmd", empty, "-exposed_ports", empty,
			"-volumes", empty, "-env", empty, "-labels", empty, "-annotations", empty}},
	}
	for _, target := range targets {
		run(t, append([]string{"image", "-output", out(target.name)}, target.args...)...)
		layouttest.Check(t, out(target.name))
		if got, _, _ := layouttest.Manifests(t, out(target.name)); got.String() != target.digest {
			t.Errorf("%s: got %s, want %s", target.name, got, target.digest)
		}
	}
}
