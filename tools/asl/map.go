package asl

// mapState is a Distributed Map
// (https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html).
type mapState struct {
	Type           string       `json:"Type"`
	Comment        string       `json:"Comment"`
	Label          string       `json:"Label"`
	MaxConcurrency int          `json:"MaxConcurrency"` // always set: Step Functions' default is 10,000
	Tolerate       float64      `json:"ToleratedFailurePercentage,omitempty"`
	ItemReader     itemReader   `json:"ItemReader"`
	ItemSelector   itemSelector `json:"ItemSelector"`
	ItemProcessor  processor    `json:"ItemProcessor"`
	ResultWriter   resultWriter `json:"ResultWriter"`
	ResultPath     *string      `json:"ResultPath"` // null: the aggregation gets the map's input, or that with resultsPath
	Retry          []retrier    `json:"Retry"`
	transition
}

// resultsPath is where the aggregation of a map that tolerates failures finds
// the location of the ResultWriter's list of failed children.
const resultsPath = "$.results"

// itemReader reads the array of batches that the step before the map wrote.
type itemReader struct {
	Resource     string       `json:"Resource"`
	ReaderConfig readerConfig `json:"ReaderConfig"`
	Parameters   objectRef    `json:"Parameters"`
}

type readerConfig struct {
	InputType string `json:"InputType"`
}

type objectRef struct {
	Bucket string `json:"Bucket"`
	Key    string `json:"Key.$"` // a key, not a URL
}

func newItemReader() itemReader {
	return itemReader{
		Resource:     "arn:${" + Partition + "}:states:::s3:getObject",
		ReaderConfig: readerConfig{InputType: "JSON"},
		Parameters:   objectRef{Bucket: "${" + Bucket + "}", Key: "$.items"},
	}
}

// itemSelector makes a child's input. The item exists only here, so the child's
// map path is made here too; $ is the map's input.
type itemSelector struct {
	Run   string `json:"run.$"`
	Path  string `json:"path.$"`
	Batch string `json:"batch.$"`
}

func newItemSelector() itemSelector {
	return itemSelector{
		Run:   "$.run",
		Path:  "States.Format('{}{}/', $.path, $$.Map.Item.Value.i)",
		Batch: "$$.Map.Item.Value",
	}
}

// processor holds the children's states. They are Standard workflows unless the
// flow asks for Express, because a Lambda may run longer than an Express
// workflow, and an Express child can't hold a map.
type processor struct {
	ProcessorConfig processorConfig `json:"ProcessorConfig"`
	StartAt         string          `json:"StartAt"`
	States          states          `json:"States"`
}

type processorConfig struct {
	Mode          string `json:"Mode"`
	ExecutionType string `json:"ExecutionType"`
}

func newProcessor(inner states, express bool) processor {
	kind := "STANDARD"
	if express {
		kind = "EXPRESS"
	}
	return processor{
		ProcessorConfig: processorConfig{Mode: "DISTRIBUTED", ExecutionType: kind},
		StartAt:         inner[0].name,
		States:          inner,
	}
}

// resultWriter keeps the children's outputs out of the state's own output,
// which is limited to 256 KiB; ResultPath alone wouldn't. They are stored
// beside the map's values, one folder per map path: an index is a number and so
// never "results".
type resultWriter struct {
	Resource   string    `json:"Resource"`
	Parameters prefixRef `json:"Parameters"`
}

type prefixRef struct {
	Bucket string `json:"Bucket"`
	Prefix string `json:"Prefix.$"`
}

func newResultWriter(flow, step string) resultWriter {
	return resultWriter{
		Resource: "arn:${" + Partition + "}:states:::s3:putObject",
		Parameters: prefixRef{
			Bucket: "${" + Bucket + "}",
			Prefix: "States.Format('${" + Prefix + "}/" + flow + "/{}/" + step + "/{}results', $.run, $.path)",
		},
	}
}
