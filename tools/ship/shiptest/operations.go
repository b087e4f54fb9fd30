package shiptest

import (
	"slices"
	"strings"
)

// registryActions are the actions of IAM that requests to the registry take.
var registryActions = map[string]string{
	"HEAD manifest": "ecr:BatchGetImage", "HEAD blob": "ecr:BatchCheckLayerAvailability", "POST upload": "ecr:InitiateLayerUpload",
	"PATCH upload": "ecr:UploadLayerPart", "PUT upload": "ecr:CompleteLayerUpload", "PUT manifest": "ecr:PutImage", "mounted": "ecr:GetDownloadUrlForLayer",
}

// Actions are the actions of IAM that the requests so far take, sorted.
func (s *Server) Actions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, c := range s.calls {
		service, name, _ := strings.Cut(c, ".")
		switch action := registryActions[name]; {
		case service == "sts": // anyone may ask
		case service == "registry" && action == "":
			all = append(all, "unknown:"+name)
		case service == "registry":
			all = append(all, action)
		default:
			all = append(all, service+":"+name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
