package birds

import "context"

func GetBirds(ctx context.Context, in string) (string, error)   { return in, nil }
func DarwinStep(ctx context.Context, in string) (string, error) { return in, nil }
