package a

import "context"

func List(ctx context.Context, in string) (string, error)   { return in, nil }
func Unused(ctx context.Context, in string) (string, error) { return in, nil }

type NotAStep struct{}
