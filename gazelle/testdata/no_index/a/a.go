package a

import "context"

func List(ctx context.Context, in string) (string, error) { return in, nil }
