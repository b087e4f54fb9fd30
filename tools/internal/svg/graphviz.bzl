"""The Go module github.com/goccy/go-graphviz with BUILD files of our own.

It has a .proto file that only its authors compile. Gazelle makes a target of it that can't be built, and takes the
directive that would keep it from doing so in the root module alone, which lokki isn't where it is used.
"""

# The repository that Gazelle's go_deps makes of the module.
_MODULE = Label("@com_github_goccy_go_graphviz//:go.mod")

_HEADER = """\
load("@rules_go//go:def.bzl", "go_library")
"""

_LIBRARY = """
go_library(
    name = "{name}",
    srcs = {srcs},
    embedsrcs = {embedsrcs},
    importpath = "{importpath}",
    visibility = ["//visibility:public"],
    deps = {deps},
)
"""

# Maps the folder of a package to its dependencies: packages of the same module,
# or a module's repository and a package in it.
_PACKAGES = {
    "": ["cdt", "cgraph", "gvc", "internal/wasm"],
    "cdt": ["internal/wasm"],
    "cgraph": ["cdt", "internal/wasm"],
    "gvc": [
        "cdt",
        "cgraph",
        "internal/wasm",
        "com_github_disintegration_imaging//:imaging",
        "com_github_flopp_go_findfont//:go-findfont",
        "com_github_fogleman_gg//:gg",
        "com_github_golang_freetype//truetype",
        "org_golang_x_image//font",
        "org_golang_x_image//font/gofont/goregular",
        "org_golang_x_image//font/opentype",
        "org_golang_x_image//font/sfnt",
    ],
    "internal/wasm": [
        "com_github_tetratelabs_wazero//:wazero",
        "com_github_tetratelabs_wazero//api",
        "com_github_tetratelabs_wazero//imports/wasi_snapshot_preview1",
    ],
}

def _label(dependency):
    if "//" not in dependency:
        return "//" + dependency

    # By its canonical name: the modules that only Graphviz needs have no other
    # name here.
    repository, _, package = dependency.partition("//")
    return str(_MODULE).partition("//")[0].replace("com_github_goccy_go_graphviz", repository) + "//" + package

def _graphviz_impl(rctx):
    root = rctx.path(_MODULE).dirname
    for folder, dependencies in _PACKAGES.items():
        sources, embedded = [], []
        for file in root.get_child(*folder.split("/")).readdir() if folder else root.readdir():
            name = file.basename
            if name.endswith(".go") and not name.endswith("_test.go"):
                sources.append(name)
            elif name.endswith(".wasm"):
                embedded.append(name)
            else:
                continue
            rctx.symlink(file, folder + "/" + name if folder else name)
        rctx.file((folder + "/" if folder else "") + "BUILD.bazel", _HEADER + _LIBRARY.format(
            deps = json.encode([_label(d) for d in dependencies]),
            embedsrcs = json.encode(sorted(embedded)),
            importpath = "github.com/goccy/go-graphviz" + ("/" + folder if folder else ""),
            name = folder.split("/")[-1] or "graphviz",
            srcs = json.encode(sorted(sources)),
        ))

_graphviz = repository_rule(
    doc = "The packages of go-graphviz as targets.",
    implementation = _graphviz_impl,
)

def _extension_impl(_mctx):
    _graphviz(name = "lokki_graphviz")

graphviz = module_extension(
    doc = "Makes the repository lokki_graphviz.",
    implementation = _extension_impl,
)
