// Findings that are wrong, each with the reason. Every other finding of a
// warning's severity or more fails the check.
export const wrong = [
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
