package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/lokki-build/lokki/lokki"
)

// Teams says how many teams there are, and how many members each has.
type Teams struct {
	Teams   int `json:"teams"`
	Members int `json:"members"`
}

// Member is a member of a team. Token differs each time that the team's members
// are listed: everything made from a stored list has the same token.
type Member struct {
	Team, Index int
	Token       string
}

// Summary summarizes a team.
type Summary struct{ Team, Members int }

func List(ctx context.Context, in Teams) ([][2]int, error) {
	teams := make([][2]int, in.Teams)
	for i := range teams {
		teams[i] = [2]int{i, in.Members}
	}
	return teams, done("list", "")
}

func Gather(ctx context.Context, team [2]int) ([]Member, error) {
	members, token := make([]Member, team[1]), rand.Text()
	for i := range members {
		members[i] = Member{team[0], i, token}
	}
	return members, done("gather", strconv.Itoa(team[0]))
}

func Work(ctx context.Context, m Member) (Member, error) { return m, work("work", m) }
func Look(ctx context.Context, m Member) (Member, error) { return m, work("look", m) }

func Sum(ctx context.Context, members []Member) (Summary, error) {
	s := Summary{Members: len(members)}
	for i, m := range members {
		if m.Index != i || m.Token != members[0].Token {
			return s, fmt.Errorf("member %d is %v: not of one list with %v", i, m, members[0])
		}
		s.Team = m.Team
	}
	return s, done("sum", strconv.Itoa(s.Team))
}

func Total(ctx context.Context, teams []Summary) (int, error) {
	total := 0
	for i, s := range teams {
		if s.Team != i {
			return 0, fmt.Errorf("summary %d is of team %d", i, s.Team)
		}
		total += s.Members
	}
	return total, done("total", "")
}

func TeamsFlow() lokki.Flow[int] {
	members := lokki.Map(lokki.Map(lokki.Start(List, Teams{Teams: 5, Members: 20}), Gather), Work)
	return lokki.Agg(lokki.Agg(lokki.Then(members, Look), Sum), Total)
}

// Environment variables of the process that runs a flow.
const (
	envProgram = "LOKKI_TEST_PROGRAM" // what the test's executable does instead of testing
	envLog     = "LOKKI_TEST_LOG"     // the file that has a line for each call
	envFail    = "LOKKI_TEST_FAIL"    // the call that fails, as in "work 1/2"
	envHang    = "LOKKI_TEST_HANG"    // the call that ignores its context
	envLimit   = "LOKKI_TEST_LIMIT"   // the maximum size of a file in bytes
	envPause   = "LOKKI_TEST_PAUSE"   // how long each member takes
)

func work(step string, m Member) error {
	call := fmt.Sprintf("%s %d/%d", step, m.Team, m.Index)
	if pause, err := time.ParseDuration(os.Getenv(envPause)); err == nil {
		time.Sleep(pause)
	}
	switch call {
	case os.Getenv(envFail):
		return errors.New("it fails")
	case os.Getenv(envHang):
		if err := done("hang", ""); err != nil {
			return err
		}
		select {}
	}
	return done(step, strings.TrimPrefix(call, step+" "))
}

// done logs a call that is about to return, in one write.
func done(step, path string) error {
	name := os.Getenv(envLog)
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, step, path)
	return errors.Join(err, f.Close())
}
