package lambdahost

import "sync"

// Sandbox confines a program to a folder. It needs root on Linux.
type Sandbox struct {
	Root string // what the program sees as /; "" is this process's root, with Bare only
	UID  int    // the user it runs as, and its group; 993 by default

	// Tmp is the size of /tmp in MB. With it the program gets its own mounts:
	// its root is read-only, /tmp is empty at its start and limited to that
	// size, and it has /proc and Lambda's devices. With 0 all programs with the
	// same Root share its /tmp.
	Tmp int

	// Bare leaves the program in this process's namespaces, without its own mounts: it
	// only has another user and, with Root, another root.
	Bare bool
}

// defaultUID is an arbitrary user without rights.
const defaultUID = 993

func (s *Sandbox) uid() int {
	if s.UID != 0 {
		return s.UID
	}
	return defaultUID
}

// Confinement is how far this process can confine a program.
type Confinement int

// The confinements; each includes the one before.
const (
	Unconfined Confinement = iota // the program runs as this user in this file system
	OtherUser                     // it runs as a user without rights
	OwnRoot                       // it sees only its folder, and can write only to /tmp
	OwnMounts                     // it has its own /tmp, limited in size
)

// Confine returns the most that this process can do. It tries, because root of
// a container or of another sandbox lacks some of root's rights.
var Confine = sync.OnceValue(mostConfined)

// CanSandbox reports whether this process can make sandboxes with their own
// mounts.
func CanSandbox() bool { return Confine() == OwnMounts }
