package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// outside is what a build reads from outside the BUILD files. Empty fields are
// absent.
type outside struct {
	global   string // content of ~/.lokki/lokki.yml
	project  string // content of lokki.yml in the workspace's root
	variable string // as in LOKKI_PREFIX=x
}

// testSettings changes one setting after another: each build has to notice what
// was added, changed or removed.
func testSettings(t *testing.T, w *workspace) {
	home := useHome(t, w)
	w.build(t, everything...) // other tests have edited sources, and put them back
	before := digests(t, w)
	for _, test := range []struct {
		name string
		outside
		printed  []string // parts of what birds_config prints, with single spaces
		template []string // lines of the template
	}{
		{
			"of the user", outside{global: "prefix: mine\nlog_retention: 7\n"},
			[]string{"prefix mine ~/.lokki/lokki.yml:1:9\n", "log_retention 7 ~/.lokki/lokki.yml:2:16\n", "data_expiry 30 default\n"},
			[]string{"Default: mine\n", "Default: 7\n"},
		},
		{
			"of the project", outside{global: "prefix: mine\nlog_retention: 7\n", project: "prefix: project\n"},
			[]string{"prefix project lokki.yml:1:9\n", "log_retention 7 ~/.lokki/lokki.yml:2:16\n"},
			[]string{"Default: project\n", "Default: 7\n"},
		},
		{
			"of the environment", outside{project: "prefix: project\n", variable: "LOKKI_PREFIX=variable"},
			[]string{"prefix variable LOKKI_PREFIX\n", "log_retention 30 default\n"},
			[]string{"Default: variable\n", "Default: 30\n"},
		},
		{
			"beyond ASCII", outside{project: "lambda_env: {GREETING: Grüß Gott} # für alle\n"},
			[]string{`lambda_env {"GREETING":"Grüß Gott"} lokki.yml:1:13` + "\n"},
			[]string{"GREETING: Grüß Gott\n"},
		},
		{
			"beyond ASCII in the environment", outside{variable: `LOKKI_LAMBDA_ENV={"GREETING": "Grüß Gott"}`},
			[]string{`lambda_env {"GREETING":"Grüß Gott"} LOKKI_LAMBDA_ENV` + "\n"},
			[]string{"GREETING: Grüß Gott\n"},
		},
		{
			"the architecture", outside{global: "lambda_defaults:\n  architecture: amd64\n"},
			[]string{"lambda_defaults.architecture amd64 ~/.lokki/lokki.yml:2:17\n"},
			[]string{"- x86_64\n"},
		},
		{
			"none again", outside{},
			[]string{"prefix lokki default\n", "lambda_defaults.architecture arm64 default\n"},
			[]string{"Default: lokki\n", "- arm64\n"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.settings(t, home, test.outside)
			stdout, stderr, _ := w.run(t, "", "//flows:birds_config")
			printed := singleSpaces(stdout)
			for _, part := range test.printed {
				if !strings.Contains(printed, part) {
					t.Errorf("birds_config prints no %q:\n%s%s", part, stdout, stderr)
				}
			}
			w.build(t, everything...)
			template, err := os.ReadFile(filepath.Join(w.project, "examples", "bazel-bin", "flows", "birds.template.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range test.template {
				if !strings.Contains(string(template), line) {
					t.Errorf("the template has no line %q", line)
				}
			}
		})
	}
	after := digests(t, w)
	for name, sum := range before {
		if after[name] != sum {
			t.Errorf("%s isn't what it was before", name)
		}
	}

	for _, test := range []struct {
		name string
		outside
		want []string // parts of what the user sees
	}{
		{
			"mistakes", outside{"prefx: mine\n", "\ntracing: 1\n", "LOKKI_DATA_EXPIRY=0"},
			[]string{"~/.lokki/lokki.yml:1:1: unknown key \"prefx\"\nhint: did you mean \"prefix\"?", "\nlokki.yml:2:10: want true or false", "LOKKI_DATA_EXPIRY: 0: want 1 to 3650 days"},
		},
		{
			"an architecture that comes too late", outside{project: "lambda_defaults: {architecture: amd64}\n"},
			[]string{"lokki.yml:1:33: lambda_defaults.architecture is amd64, but steps that don't say theirs were built for arm64\nhint: "},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.settings(t, home, test.outside)
			for _, target := range []string{"//flows:birds", "//flows:birds_config"} {
				out := w.fails(t, target)
				for _, part := range test.want {
					if !strings.Contains(out, part) {
						t.Errorf("building %s, the message lacks %q:\n%s", target, part, out)
					}
				}
			}
		})
	}
}

// useHome gives the builds their own home folder until the test ends, but keeps
// the real user's downloads and build cache.
func useHome(t *testing.T, w *workspace) string {
	home := t.TempDir()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	gopath, err := exec.Command("go", "env", "GOPATH").Output()
	if err != nil {
		t.Fatalf("finding the Go modules: %v", err)
	}
	w.env = []string{"HOME=" + home, "XDG_CACHE_HOME=" + cache, "GOPATH=" + strings.TrimSpace(string(gopath))}
	t.Cleanup(func() { w.env = nil })
	return home
}

// settings puts the outside settings in place until the test ends.
func (w *workspace) settings(t *testing.T, home string, o outside) {
	t.Helper()
	for path, content := range map[string]string{
		filepath.Join(home, ".lokki", "lokki.yml"):        o.global,
		filepath.Join(w.project, "examples", "lokki.yml"): o.project,
	} {
		if content == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		})
	}
	if o.variable != "" {
		env := w.env
		w.env = append(env[:len(env):len(env)], o.variable)
		t.Cleanup(func() { w.env = env })
	}
}

// singleSpaces undoes the alignment of columns.
func singleSpaces(table string) string {
	var b strings.Builder
	for line := range strings.Lines(table) {
		var words []string
		for word := range strings.SplitSeq(strings.TrimSuffix(line, "\n"), "  ") {
			if word != "" {
				words = append(words, strings.TrimSpace(word))
			}
		}
		b.WriteString(strings.Join(words, " ") + "\n")
	}
	return b.String()
}
