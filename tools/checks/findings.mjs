const percentage =
  "The percentage is a float at AWS: the API returns it as one and takes it as one " +
  "(https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html).";

// Findings that are wrong, each with the reason: a tool and its rules, and where
// they are found or what they say. Every other finding of a warning's severity
// or more fails the check.
export const wrong = [
  {
    tool: "asl-validator",
    rules: ["SCHEMA_VALIDATION_FAILED"],
    what: /\/ToleratedFailurePercentage is invalid\. must be integer$/,
    why: percentage,
  },
  {
    tool: "amazon-states-language-service",
    rules: [""],
    what: /^Incorrect type\. Expected one of integer, JSONata expression\.$/,
    why: percentage + " No other number in a definition is one but BackoffRate, which the tool takes as it is.",
  },
  {
    tool: "cloudformation-validate",
    rules: ["F3031", "F3033", "E1156"],
    where: /Properties\.Role(Arn)?$/,
    why:
      "In the branch where no role is created the parameter is not empty, as the condition says just that. " +
      "The tool takes the parameter's default, which is empty, for that branch.",
  },
  {
    tool: "cloudformation-validate",
    rules: ["W1001"],
    where: /^Outputs\/ArtifactBucketName\/Value/,
    why: "The reference stands in the branch of an If on the very condition of the resource.",
  },
];
