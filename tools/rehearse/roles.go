package rehearse

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/lokki-build/lokki/tools/rehearse/iam"
	"github.com/lokki-build/lokki/tools/rehearse/template"
)

// roles say what the state machine and the functions may do.
type roles struct {
	machine, functions allow
	notes              []string // what can't be checked
}

// roles finds the roles in the template, and checks the permissions that AWS
// needs where the rehearsal makes no request: when the stack is created, for
// logs and traces, and for maps.
func (s *stack) roles() (roles, error) {
	account, err := iam.Load(s.Stack)
	if err != nil {
		return roles{}, err
	}
	var r roles
	machine := r.find(account, s.roleARN, "the state machine")
	functions := r.find(account, s.functionRole, "the functions")
	key := s.key()
	r.machine, r.functions = allowed(machine, key), allowed(functions, key)
	var problems []error
	if machine != nil {
		problems = append(problems, s.checkMachine(machine)...)
	}
	if functions != nil {
		problems = append(problems, s.checkFunctions(functions)...)
	}
	problems = append(problems, s.checkSchedules(account, &r)...)
	return r, errors.Join(problems...)
}

// find returns nil for a role that is passed in, whose policies are unknown.
func (r *roles) find(account *iam.Account, arn, whose string) *iam.Role {
	role, err := account.Role(arn)
	if err != nil {
		r.notes = append(r.notes, fmt.Sprintf("%s: %s may do everything here", err, whose))
		return nil
	}
	return role
}

// key is the ARN of the key that encrypts the bucket's objects; "" if the stack
// sets none.
func (s *stack) key() string {
	for _, b := range s.OfType("AWS::S3::Bucket") {
		for _, rule := range array(object(b.Properties, "BucketEncryption"), "ServerSideEncryptionConfiguration") {
			fields, _ := rule.(map[string]any)
			if key, ok := object(fields, "ServerSideEncryptionByDefault")["KMSMasterKeyID"].(string); ok {
				return key
			}
		}
	}
	return ""
}

// allow reports a call that a role doesn't allow; keys are its condition keys.
type allow func(action, resource string, keys map[string][]string) error

// plain is for calls without condition keys.
func (a allow) plain(action, resource string) error { return a(action, resource, nil) }

// allowed checks a call, and the use of the key that comes with it, against a
// role.
func allowed(role *iam.Role, key string) allow {
	return func(action, resource string, keys map[string][]string) error {
		if role == nil {
			return nil
		}
		call := iam.Call{Action: action, Resource: resource, Context: keys}
		if _, err := role.Check(call); err != nil || key == "" {
			return err
		}
		return errors.Join(check(role, iam.WithKey(call, key))...)
	}
}

func (s *stack) checkMachine(role *iam.Role) []error {
	m := s.OfType("AWS::StepFunctions::StateMachine")[0]
	_, err := role.Assume("states.amazonaws.com", map[string][]string{
		"aws:SourceArn": {s.machineARN}, "aws:SourceAccount": {s.Account},
	})
	problems := []error{err}
	var calls []iam.Call
	for _, group := range logGroups(m) {
		calls = append(calls, iam.DeliverLogs(group)...)
	}
	if fmt.Sprint(object(m.Properties, "TracingConfiguration")["Enabled"]) == "true" {
		calls = append(calls, iam.Trace()...)
	}
	for _, label := range slices.Sorted(maps.Keys(s.express)) {
		calls = append(calls, iam.RunMap(s.machineARN, label)...)
	}
	return append(problems, check(role, calls)...)
}

// logGroups are the log groups that an execution's events go to.
func logGroups(machine template.Resource) []string {
	logging := object(machine.Properties, "LoggingConfiguration")
	if level, ok := logging["Level"]; !ok || level == "OFF" {
		return nil
	}
	var groups []string
	for _, d := range array(logging, "Destinations") {
		destination, _ := d.(map[string]any)
		if arn, ok := object(destination, "CloudWatchLogsLogGroup")["LogGroupArn"].(string); ok {
			groups = append(groups, arn)
		}
	}
	return groups
}

func (s *stack) checkFunctions(role *iam.Role) []error {
	_, err := role.Assume("lambda.amazonaws.com", nil)
	problems := []error{err}
	for _, f := range s.OfType("AWS::Lambda::Function") {
		group := fmt.Sprint(object(f.Properties, "LoggingConfig")["LogGroup"])
		arn := fmt.Sprintf("arn:%s:logs:%s:%s:log-group:%s:*", s.Partition, s.Region, s.Account, group)
		calls := iam.LogFunction(arn)
		if object(f.Properties, "TracingConfig")["Mode"] == "Active" {
			calls = append(calls, iam.TraceFunction()...)
		}
		if key := text(f, "KmsKeyArn"); key != "" {
			calls = append(calls, iam.DecryptEnvironment(key)...)
		}
		problems = append(problems, check(role, calls)...)
	}
	return problems
}

// checkSchedules checks the calls that EventBridge Scheduler would make on schedule. They
// name the schedules' group as the source
// (https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html).
func (s *stack) checkSchedules(account *iam.Account, r *roles) []error {
	var problems []error
	for _, schedule := range s.OfType("AWS::Scheduler::Schedule") {
		target := object(schedule.Properties, "Target")
		arn, _ := target["RoleArn"].(string)
		role := r.find(account, arn, "schedule "+schedule.LogicalID)
		if role == nil {
			continue
		}
		keys := map[string][]string{"aws:SourceAccount": {s.Account}}
		for _, group := range s.OfType("AWS::Scheduler::ScheduleGroup") {
			if group.Ref == schedule.Properties["GroupName"] {
				keys["aws:SourceArn"] = []string{group.Attributes["Arn"]}
			}
		}
		_, err := role.Assume("scheduler.amazonaws.com", keys)
		problems = append(problems, err)
		queue, _ := object(target, "DeadLetterConfig")["Arn"].(string)
		for _, call := range iam.Schedule(fmt.Sprint(target["Arn"]), queue) {
			if call.Resource == "" { // there may be no queue
				continue
			}
			problems = append(problems, check(role, []iam.Call{call})...)
			if key := s.queueKey(call.Resource); key != "" {
				problems = append(problems, check(role, iam.WithKey(call, key))...)
			}
		}
	}
	return problems
}

// queueKey is the key that encrypts a queue's messages; "" if the queue sets none.
func (s *stack) queueKey(arn string) string {
	for _, q := range s.OfType("AWS::SQS::Queue") {
		if q.Attributes["Arn"] == arn {
			return text(q, "KmsMasterKeyId")
		}
	}
	return ""
}

// check reports each call that the role doesn't allow, once.
func check(role *iam.Role, calls []iam.Call) []error {
	var problems []error
	for _, c := range calls {
		if _, err := role.Check(c); err != nil {
			problems = append(problems, err)
		}
	}
	return problems
}
