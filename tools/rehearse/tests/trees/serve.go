package trees

import (
	"context"

	"github.com/lokki-build/lokki/internal/lambdastep"
)

// steps and aggregations are the functions by letter.
var (
	steps = []func(context.Context, Tree) (Tree, error){
		StepA, StepB, StepC, StepD, StepE, StepF, StepG, StepH, StepI, StepJ,
		StepK, StepL, StepM, StepN, StepO, StepP, StepQ, StepR, StepS, StepT,
	}
	aggregations = []func(context.Context, []Tree) (Tree, error){
		AggA, AggB, AggC, AggD, AggE, AggF, AggG, AggH, AggI, AggJ,
		AggK, AggL, AggM, AggN, AggO, AggP, AggQ, AggR, AggS, AggT,
	}
)

// Serve is the Lambda of one function, such as "StepC", "AggT" or "SumNumbers".
func Serve(function string) {
	switch function {
	case "ListNumbers":
		lambdastep.Start(ListNumbers)
	case "DoubleNumber":
		lambdastep.Start(DoubleNumber)
	case "HalveNumber":
		lambdastep.Start(HalveNumber)
	case "SumNumbers":
		lambdastep.Start(SumNumbers)
	case "IsStubborn":
		lambdastep.Start(IsStubborn)
	}
	i := int(function[len(function)-1] - 'A')
	if function[0] == 'A' {
		lambdastep.Start(aggregations[i])
		return
	}
	lambdastep.Start(steps[i])
}
