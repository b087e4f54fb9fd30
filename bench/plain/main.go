// Command plain is a Lambda written without lokki, for comparison with a step:
// it reads bytes from S3 and writes as many.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/lokki-build/lokki/internal/store/s3store"
)

// client is made by the first invocation, as in lokki.
var client = sync.OnceValues(s3store.NewClient)

// request says what to read, and where to write.
type request struct {
	From, Range, To string
}

func main() { lambda.Start(handle) }

func handle(ctx context.Context, r request) error {
	s3Client, err := client()
	if err != nil {
		return err
	}
	bucket := aws.String(os.Getenv("LOKKI_ARTIFACT_BUCKET"))
	in, err := s3Client.GetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: &r.From, Range: &r.Range})
	if err != nil {
		return fmt.Errorf("reading the item: %w", err)
	}
	defer in.Body.Close()
	data, err := io.ReadAll(in.Body)
	if err != nil {
		return fmt.Errorf("reading the item: %w", err)
	}
	// S3 checks the condition, which every write-once needs.
	out := &s3.PutObjectInput{Bucket: bucket, Key: &r.To, Body: bytes.NewReader(data), IfNoneMatch: aws.String("*")}
	if _, err := s3Client.PutObject(ctx, out); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}
