// Package intrinsic evaluates the expressions of payload templates: paths, and
// the intrinsic functions of the Amazon States Language
// (https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html).
package intrinsic
