package cfn

import "gopkg.in/yaml.v3"

// bucket returns a mapping of resources with the created bucket.
//
// The bucket and its policy outlive the stack: CloudFormation can't delete a bucket
// with objects in it, and a run's results should not vanish with the stack.
// CloudFormation chooses its name, so a new stack can't collide with it. Only a
// failed first deployment deletes them: they are empty, and each attempt would
// leave another bucket.
func bucket() *yaml.Node {
	return object(
		"ArtifactBucket", object(
			"Type", "AWS::S3::Bucket",
			"Condition", createBucket,
			"DeletionPolicy", "RetainExceptOnCreate",
			"UpdateReplacePolicy", "Retain",
			"Properties", object(
				"BucketEncryption", object("ServerSideEncryptionConfiguration", list(
					object(
						"ServerSideEncryptionByDefault", object(
							"SSEAlgorithm", fnIf(useKey, "aws:kms", "AES256"),
							"KMSMasterKeyID", ifKey(ref(paramKey))),
						"BucketKeyEnabled", ifKey(true)))),
				"OwnershipControls", object("Rules", list(object("ObjectOwnership", "BucketOwnerEnforced"))),
				"PublicAccessBlockConfiguration", object(
					"BlockPublicAcls", true,
					"BlockPublicPolicy", true,
					"IgnorePublicAcls", true,
					"RestrictPublicBuckets", true),
				"LifecycleConfiguration", object("Rules", list(object(
					"Id", "expire-values",
					"Status", "Enabled",
					"Prefix", sub("${"+paramPrefix+"}/"),
					"ExpirationInDays", ref(paramExpiration),
					"AbortIncompleteMultipartUpload", object("DaysAfterInitiation", 1)))),
			)),
		"ArtifactBucketPolicy", object(
			"Type", "AWS::S3::BucketPolicy",
			"Condition", createBucket,
			"DeletionPolicy", "RetainExceptOnCreate",
			"UpdateReplacePolicy", "Retain",
			"Properties", object(
				"Bucket", ref("ArtifactBucket"),
				"PolicyDocument", policy(
					tlsOnly("s3:*", list(getAtt("ArtifactBucket", "Arn"), sub("${ArtifactBucket.Arn}/*"))),
					writeOnce("${ArtifactBucket.Arn}"))),
		))
}
