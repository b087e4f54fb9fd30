package cfn

import (
	"fmt"

	"github.com/lokki-build/lokki/internal/awslimits"
	"github.com/lokki-build/lokki/internal/graph"
)

func checkResources(g graph.Graph, functions []function, count int) error {
	if count <= awslimits.Resources {
		return nil
	}
	return graph.Problem{
		Position: g.Position,
		What: fmt.Sprintf("the template of %s has %d resources for %d functions; CloudFormation allows %d",
			g.Flow, count, len(functions), awslimits.Resources),
		Hint: "split the flow in two, or use one function for similar steps",
	}
}

// checkSize returns a note if the template is too large to be sent with a
// request, and an error if it is too large altogether.
func checkSize(g graph.Graph, data []byte) (notes []string, err error) {
	switch {
	case len(data) > awslimits.TemplateBytes:
		return nil, graph.Problem{
			Position: g.Position,
			What:     fmt.Sprintf("the template of %s has %d bytes; CloudFormation allows %d", g.Flow, len(data), awslimits.TemplateBytes),
			Hint:     "split the flow in two",
		}
	case len(data) > awslimits.InlineTemplateBytes:
		return []string{fmt.Sprintf("the template of %s has %d bytes: deploy it from S3 (aws cloudformation deploy --s3-bucket …), "+
			"as only %d can be sent with the request", g.Flow, len(data), awslimits.InlineTemplateBytes)}, nil
	}
	return nil, nil
}
