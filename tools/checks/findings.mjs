// Findings that are wrong or don't apply, each with the reason. Every other
// finding of at least a warning's severity fails the check. where is matched
// against the place, and what the tool says about it.
export const answered = [
  {
    tool: "asl-validator",
    rules: ["SCHEMA_VALIDATION_FAILED"],
    where: /\/ToleratedFailurePercentage is invalid\. must be integer$/,
    why: "The States Language wants a number from 0 to 100 (https://states-language.net/#map-state), and Step Functions' DescribeMapRun has it as a float.",
  },
  {
    tool: "amazon-states-language-service",
    rules: [""],
    where: /"ToleratedFailurePercentage": \d+\.\d+,?: Incorrect type\. Expected one of integer, JSONata expression\.$/,
    why: "As above.",
  },
  {
    tool: "cloudformation-validate",
    rules: ["F3031", "F3033", "E1156"],
    where: /Properties\.(Role(Arn)?|Target\.RoleArn|KmsKeyId|StateMachineName|AlarmActions\.\{\}): /,
    why:
      "In this branch of the If the parameter is not empty: that is the condition. " +
      "The tool uses the parameter's default, which is empty, for that branch.",
  },
  {
    tool: "cloudformation-validate",
    rules: ["W1001"],
    where: /^Outputs\/ArtifactBucketName\/Value/,
    why: "The reference is in the branch of an If with the same condition as the resource.",
  },
  {
    tool: "cfn-lint",
    rules: ["E3717"],
    where: /^: \d+ is greater than the maximum of 900 for functions without 'CapacityProviderConfig'/,
    why:
      "Lambda allows 1,800 seconds since November 2026 (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html). " +
      "This version of the tool is from October and allows 900, except for functions of a capacity provider. The default is 900.",
  },
  {
    tool: "checkov",
    rules: ["CKV_AWS_115"],
    where: /^AWS::Lambda::Function\./,
    why:
      "Reserved concurrency reduces what is left for all other functions of the account, whether it is used or not. " +
      "Concurrency is limited where functions are started: by the maps' MaxConcurrency.",
  },
  {
    tool: "checkov",
    rules: ["CKV_AWS_116"],
    where: /^AWS::Lambda::Function\./,
    why: "Lambda puts only asynchronous invocations into such a queue. Step Functions invokes synchronously, and the execution has the error.",
  },
  {
    tool: "checkov",
    rules: ["CKV_AWS_117"],
    where: /^AWS::Lambda::Function\./,
    why: "A step needs to reach only S3 and CloudWatch. In a VPC it would need endpoints or a gateway for these.",
  },
  {
    tool: "checkov",
    rules: ["CKV_AWS_18"],
    where: /^AWS::S3::Bucket\.ArtifactBucket: /,
    why:
      "Access logs need a separate bucket, which belongs to the account. To have them, pass a bucket with access logs " +
      "(ArtifactBucketName), or use CloudTrail's data events.",
  },
  {
    tool: "checkov",
    rules: ["CKV_AWS_19"],
    where: /^AWS::S3::Bucket\.ArtifactBucket: /,
    why: "It is encrypted in both branches of the If: with the given key, or with S3's. The tool doesn't look into the If.",
  },
  {
    tool: "checkov",
    rules: ["CKV_AWS_21"],
    where: /^AWS::S3::Bucket\.ArtifactBucket: /,
    why:
      "Values are written once, under keys that only their own run uses, with a conditional put: there are no earlier versions to go back to. " +
      "Versioning would keep what expires.",
  },
];
