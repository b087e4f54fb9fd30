package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/lokki-build/lokki/airgap/rules_oci/internal/image"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/index"
	"github.com/lokki-build/lokki/airgap/rules_oci/internal/ocilayout"
)

func defineImage(flags *flag.FlagSet) runner {
	var spec image.Spec
	var layers, labels list
	out := flags.String("output", "", "`directory` to make the image in")
	flags.StringVar(&spec.Base, "base", "", "OCI layout of the base image")
	flags.StringVar(&spec.OS, "os", "", "operating system, without a base image")
	flags.StringVar(&spec.Architecture, "architecture", "", "CPU architecture, without a base image")
	flags.StringVar(&spec.Variant, "variant", "", "variant of the architecture, without a base image")
	flags.Var(&layers, "layer", "tar archive; for each layer, lowest first")
	flags.Var(&labels, "label", "label of the layer's target; for each layer")
	flags.StringVar(&spec.AnnotationsFile, "annotations", "", "file of annotations")
	settings := &spec.Settings
	flags.StringVar(&settings.CreatedFile, "created", "", "file with the time the image was created")
	flags.StringVar(&settings.EntrypointFile, "entrypoint", "", "file of arguments")
	flags.StringVar(&settings.CmdFile, "cmd", "", "file of arguments")
	flags.StringVar(&settings.ExposedPortsFile, "exposed_ports", "", "file of ports")
	flags.StringVar(&settings.VolumesFile, "volumes", "", "file of paths")
	flags.StringVar(&settings.EnvFile, "env", "", "file of environment variables")
	flags.StringVar(&settings.LabelsFile, "labels", "", "file of labels")
	flags.StringVar(&settings.User, "user", "", "user, and group after a colon")
	flags.StringVar(&settings.Workdir, "workdir", "", "working directory")

	return func(ctx context.Context, _, _ io.Writer) error {
		if *out == "" {
			return fmt.Errorf("%w: -output is needed", errUsage)
		}
		if len(layers) != len(labels) {
			return fmt.Errorf("%w: there are %d layers and %d labels of layers", errUsage, len(layers), len(labels))
		}
		for i := range layers {
			spec.Layers = append(spec.Layers, image.Layer{Path: layers[i], Label: labels[i]})
		}
		return image.Build(ctx, spec, *out)
	}
}

func defineIndex(flags *flag.FlagSet) runner {
	var images list
	out := flags.String("output", "", "`directory` to make the image index in")
	annotations := flags.String("annotations", "", "file of annotations")
	flags.Var(&images, "image", "OCI layout of an image; for each image")

	return func(context.Context, io.Writer, io.Writer) error {
		if *out == "" {
			return fmt.Errorf("%w: -output is needed", errUsage)
		}
		return index.Build(index.Spec{Images: images, AnnotationsFile: *annotations}, *out)
	}
}

func defineDigest(flags *flag.FlagSet) runner {
	dir := flags.String("image", "", "OCI layout of an image or image index")
	out := flags.String("output", "", "file to write")

	return func(context.Context, io.Writer, io.Writer) error {
		image, err := ocilayout.Open(*dir)
		if err != nil {
			return err
		}
		return os.WriteFile(*out, []byte(image.Root.Digest.String()+"\n"), 0o644)
	}
}
