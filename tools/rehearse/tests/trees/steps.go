package trees

import "context"

// The functions of random flows. A step must be a named function, so there is
// one for each letter; they differ by a number.

func StepA(ctx context.Context, t Tree) (Tree, error) { return change(t, 0), nil }
func StepB(ctx context.Context, t Tree) (Tree, error) { return change(t, 1), nil }
func StepC(ctx context.Context, t Tree) (Tree, error) { return change(t, 2), nil }
func StepD(ctx context.Context, t Tree) (Tree, error) { return change(t, 3), nil }
func StepE(ctx context.Context, t Tree) (Tree, error) { return change(t, 4), nil }
func StepF(ctx context.Context, t Tree) (Tree, error) { return change(t, 5), nil }
func StepG(ctx context.Context, t Tree) (Tree, error) { return change(t, 6), nil }
func StepH(ctx context.Context, t Tree) (Tree, error) { return change(t, 7), nil }
func StepI(ctx context.Context, t Tree) (Tree, error) { return change(t, 8), nil }
func StepJ(ctx context.Context, t Tree) (Tree, error) { return change(t, 9), nil }
func StepK(ctx context.Context, t Tree) (Tree, error) { return change(t, 10), nil }
func StepL(ctx context.Context, t Tree) (Tree, error) { return change(t, 11), nil }
func StepM(ctx context.Context, t Tree) (Tree, error) { return change(t, 12), nil }
func StepN(ctx context.Context, t Tree) (Tree, error) { return change(t, 13), nil }
func StepO(ctx context.Context, t Tree) (Tree, error) { return change(t, 14), nil }
func StepP(ctx context.Context, t Tree) (Tree, error) { return change(t, 15), nil }
func StepQ(ctx context.Context, t Tree) (Tree, error) { return change(t, 16), nil }
func StepR(ctx context.Context, t Tree) (Tree, error) { return change(t, 17), nil }
func StepS(ctx context.Context, t Tree) (Tree, error) { return change(t, 18), nil }
func StepT(ctx context.Context, t Tree) (Tree, error) { return change(t, 19), nil }

func AggA(ctx context.Context, all []Tree) (Tree, error) { return change(all, 0), nil }
func AggB(ctx context.Context, all []Tree) (Tree, error) { return change(all, 1), nil }
func AggC(ctx context.Context, all []Tree) (Tree, error) { return change(all, 2), nil }
func AggD(ctx context.Context, all []Tree) (Tree, error) { return change(all, 3), nil }
func AggE(ctx context.Context, all []Tree) (Tree, error) { return change(all, 4), nil }
func AggF(ctx context.Context, all []Tree) (Tree, error) { return change(all, 5), nil }
func AggG(ctx context.Context, all []Tree) (Tree, error) { return change(all, 6), nil }
func AggH(ctx context.Context, all []Tree) (Tree, error) { return change(all, 7), nil }
func AggI(ctx context.Context, all []Tree) (Tree, error) { return change(all, 8), nil }
func AggJ(ctx context.Context, all []Tree) (Tree, error) { return change(all, 9), nil }
func AggK(ctx context.Context, all []Tree) (Tree, error) { return change(all, 10), nil }
func AggL(ctx context.Context, all []Tree) (Tree, error) { return change(all, 11), nil }
func AggM(ctx context.Context, all []Tree) (Tree, error) { return change(all, 12), nil }
func AggN(ctx context.Context, all []Tree) (Tree, error) { return change(all, 13), nil }
func AggO(ctx context.Context, all []Tree) (Tree, error) { return change(all, 14), nil }
func AggP(ctx context.Context, all []Tree) (Tree, error) { return change(all, 15), nil }
func AggQ(ctx context.Context, all []Tree) (Tree, error) { return change(all, 16), nil }
func AggR(ctx context.Context, all []Tree) (Tree, error) { return change(all, 17), nil }
func AggS(ctx context.Context, all []Tree) (Tree, error) { return change(all, 18), nil }
func AggT(ctx context.Context, all []Tree) (Tree, error) { return change(all, 19), nil }
