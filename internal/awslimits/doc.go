// Package awslimits has the quotas of AWS's services and the names of their errors,
// each once and with its source.
package awslimits
