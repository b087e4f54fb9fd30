package interpreter

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Event is an event of an execution's history. Its JSON is that of GetExecutionHistory
// (https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html).
type Event struct {
	Time     time.Time
	Type     string // as in "TaskStateEntered"
	ID       int64
	Previous int64
	Details  Details
}

// Details are the fields of all types of events. The event's type says which it
// has; Input, Output and Parameters are JSON.
type Details struct {
	Name         string
	Input        []byte
	Output       []byte
	Role         string
	Error        string
	Cause        string
	Resource     string
	ResourceType string
	Region       string
	Parameters   []byte
	Timeout      int // seconds
	Heartbeat    int
	Length       *int // of a map
	Index        *int // of an iteration
	MapRun       string
	Redrives     int
}

// wireDetails are Details in the service's format.
type wireDetails struct {
	Name         string         `json:"name,omitempty"`
	Input        *string        `json:"input,omitempty"`
	InputInfo    *wireTruncated `json:"inputDetails,omitempty"`
	Output       *string        `json:"output,omitempty"`
	OutputInfo   *wireTruncated `json:"outputDetails,omitempty"`
	Role         string         `json:"roleArn,omitempty"`
	Error        string         `json:"error,omitempty"`
	Cause        string         `json:"cause,omitempty"`
	ResourceType string         `json:"resourceType,omitempty"`
	Resource     string         `json:"resource,omitempty"`
	Region       string         `json:"region,omitempty"`
	Parameters   *string        `json:"parameters,omitempty"`
	Timeout      int            `json:"timeoutInSeconds,omitempty"`
	Heartbeat    int            `json:"heartbeatInSeconds,omitempty"`
	Length       *int           `json:"length,omitempty"`
	Index        *int           `json:"index,omitempty"`
	MapRun       string         `json:"mapRunArn,omitempty"`
	Redrives     int            `json:"redriveCount,omitempty"`
}

type wireTruncated struct {
	Truncated bool `json:"truncated"`
}

// detailsName is the name of the member that holds an event type's details, or
// "" if it has none.
func detailsName(event string) string {
	switch {
	case strings.HasSuffix(event, "StateEntered"):
		return "stateEnteredEventDetails"
	case strings.HasSuffix(event, "StateExited"):
		return "stateExitedEventDetails"
	}
	switch event {
	case "LambdaFunctionStarted", "MapRunSucceeded", "MapRunAborted", "MapStateSucceeded", "MapStateFailed", "MapStateAborted",
		"ParallelStateStarted", "ParallelStateSucceeded", "ParallelStateFailed", "ParallelStateAborted", "TaskStateAborted", "WaitStateAborted":
		return ""
	}
	first := []rune(event)
	first[0] = unicode.ToLower(first[0])
	return string(first) + "EventDetails"
}

type wireHead struct {
	Timestamp json.Number `json:"timestamp"` // seconds, with milliseconds
	Type      string      `json:"type"`
	ID        int64       `json:"id"`
	Previous  int64       `json:"previousEventId"`
}

// MarshalJSON writes the service's format.
func (e Event) MarshalJSON() ([]byte, error) {
	ms := e.Time.UnixMilli()
	text, err := json.Marshal(wireHead{json.Number(fmt.Sprintf("%d.%03d", ms/1000, ms%1000)), e.Type, e.ID, e.Previous})
	name := detailsName(e.Type)
	if err != nil || name == "" {
		return text, err
	}
	d := e.Details
	w := wireDetails{
		Name: d.Name, Role: d.Role, Error: d.Error, Cause: d.Cause, ResourceType: d.ResourceType, Resource: d.Resource, Region: d.Region,
		Timeout: d.Timeout, Heartbeat: d.Heartbeat, Length: d.Length, Index: d.Index, MapRun: d.MapRun, Redrives: d.Redrives,
		Input: asText(d.Input), Output: asText(d.Output), Parameters: asText(d.Parameters),
	}
	if w.Input != nil {
		w.InputInfo = &wireTruncated{}
	}
	if w.Output != nil {
		w.OutputInfo = &wireTruncated{}
	}
	details, err := json.Marshal(w)
	text = append(text[:len(text)-1], `,"`+name+`":`...)
	return append(append(text, details...), '}'), err
}

func asText(b []byte) *string {
	if b == nil {
		return nil
	}
	s := string(b)
	return &s
}

// UnmarshalJSON reads the service's format.
func (e *Event) UnmarshalJSON(text []byte) error {
	var head wireHead
	if err := json.Unmarshal(text, &head); err != nil {
		return err
	}
	seconds, err := head.Timestamp.Float64()
	if err != nil {
		return fmt.Errorf("reading the timestamp of an event: %w", err)
	}
	*e = Event{Time: time.UnixMilli(int64(seconds*1000 + 0.5)).UTC(), Type: head.Type, ID: head.ID, Previous: head.Previous}
	name := detailsName(e.Type)
	if name == "" {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil || members[name] == nil {
		return err
	}
	var w wireDetails
	if err := json.Unmarshal(members[name], &w); err != nil {
		return err
	}
	e.Details = Details{
		Name: w.Name, Role: w.Role, Error: w.Error, Cause: w.Cause, ResourceType: w.ResourceType, Resource: w.Resource, Region: w.Region,
		Timeout: w.Timeout, Heartbeat: w.Heartbeat, Length: w.Length, Index: w.Index, MapRun: w.MapRun, Redrives: w.Redrives,
		Input: asBytes(w.Input), Output: asBytes(w.Output), Parameters: asBytes(w.Parameters),
	}
	return nil
}

func asBytes(s *string) []byte {
	if s == nil {
		return nil
	}
	return []byte(*s)
}
