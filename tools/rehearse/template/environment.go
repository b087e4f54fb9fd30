package template

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
)

// Environment is where a stack would be created.
type Environment struct {
	Account          string // as in "123456789012"
	Region           string // as in "eu-west-1"; it determines the partition
	Stack            string // the stack's name
	StackID          string // the UUID at the end of its id; "" derives one from the other fields
	NotificationARNs []string
	Exports          map[string]string // what other stacks export, by name
	References       map[string]string // values of dynamic references, as in "ssm:/db/host"
}

var (
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]+$`)
	uuidForm    = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	stackForm   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)
)

func (e Environment) check() error {
	switch {
	case !accountForm.MatchString(e.Account):
		return fmt.Errorf("the account %q must have 12 digits", e.Account)
	case !regionForm.MatchString(e.Region):
		return fmt.Errorf("the region %q must be like eu-west-1", e.Region)
	case !stackForm.MatchString(e.Stack):
		return fmt.Errorf("the stack's name %q must be 1 to 128 letters, digits and hyphens, a letter first", e.Stack)
	case e.StackID != "" && !uuidForm.MatchString(e.StackID):
		return fmt.Errorf("the stack's id %q must be a UUID", e.StackID)
	}
	return nil
}

// partitions are the partitions by their regions' prefix, with their domain suffix;
// the order matters (https://docs.aws.amazon.com/general/latest/gr/rande.html, and
// the endpoints of the AWS SDKs).
var partitions = []struct{ region, name, suffix string }{
	{"cn-", "aws-cn", "amazonaws.com.cn"},
	{"us-gov-", "aws-us-gov", "amazonaws.com"},
	{"us-isob-", "aws-iso-b", "sc2s.sgov.gov"},
	{"us-isof-", "aws-iso-f", "csp.hci.ic.gov"},
	{"us-iso-", "aws-iso", "c2s.ic.gov"},
	{"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"},
	{"eusc-", "aws-eusc", "amazonaws.eu"},
	{"", "aws", "amazonaws.com"},
}

// partition returns the name and the domain's suffix.
func (e Environment) partition() (name, suffix string) {
	for _, p := range partitions {
		if strings.HasPrefix(e.Region, p.region) {
			return p.name, p.suffix
		}
	}
	panic("unreachable: every region has the empty prefix")
}

// id is the stack's id.
func (e Environment) id() string {
	partition, _ := e.partition()
	return fmt.Sprintf("arn:%s:cloudformation:%s:%s:stack/%s/%s", partition, e.Region, e.Account, e.Stack, cmp.Or(e.StackID, e.uuid("")))
}

// uuid derives a UUID from what distinguishes stacks, and from name.
func (e Environment) uuid(name string) string {
	s := e.hash(name)
	return fmt.Sprintf("%x-%x-%x-%x-%x", s[:4], s[4:6], s[6:8], s[8:10], s[10:16])
}

func (e Environment) hash(name string) [sha256.Size]byte {
	return sha256.Sum256([]byte(e.Account + "/" + e.Region + "/" + e.Stack + "/" + name))
}

// noValue is AWS::NoValue: a property with it is omitted.
type noValue struct{}

// pseudo are the pseudo parameters
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html).
var pseudo = map[string]func(Environment) any{
	"AWS::AccountId": func(e Environment) any { return e.Account },
	"AWS::NoValue":   func(Environment) any { return noValue{} },
	"AWS::NotificationARNs": func(e Environment) any {
		arns := []any{}
		for _, arn := range e.NotificationARNs {
			arns = append(arns, arn)
		}
		return arns
	},
	"AWS::Partition": func(e Environment) any { name, _ := e.partition(); return name },
	"AWS::Region":    func(e Environment) any { return e.Region },
	"AWS::StackId":   func(e Environment) any { return e.id() },
	"AWS::StackName": func(e Environment) any { return e.Stack },
	"AWS::URLSuffix": func(e Environment) any { _, suffix := e.partition(); return suffix },
}
