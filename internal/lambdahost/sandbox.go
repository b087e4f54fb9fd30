package lambdahost

import "sync"

// Sandbox confines a program to a folder. It needs root on Linux.
type Sandbox struct {
	Root string // what the program sees as /; "" is what this process sees, with Bare only
	UID  int    // who it runs as, and its group; 993 unless set

	// Tmp is the size of /tmp in MB. With it the program gets mounts of its
	// own: its root is read-only, /tmp is empty at its start and full at that
	// size, and it has /proc and the devices that Lambda has. With 0 all
	// programs with one Root share its /tmp.
	Tmp int

	// Bare leaves the program in the namespaces of this process, without mounts of its
	// own: it only has another user and, with Root, another root.
	Bare bool
}

// defaultUID is an arbitrary user without any rights of its own.
const defaultUID = 993

func (s *Sandbox) uid() int {
	if s.UID != 0 {
		return s.UID
	}
	return defaultUID
}

// Confinement is how far this process can confine a program.
type Confinement int

// The confinements, each of which has what the one before has.
const (
	Unconfined Confinement = iota // the program runs as this user in this file system
	OtherUser                     // it runs as a user without rights
	OwnRoot                       // it sees nothing but its folder, which it can't write to but for /tmp
	OwnMounts                     // its /tmp has a size and is its own
)

// Confine returns the most that this process can do. Root of a container, or of
// another sandbox, has not all of root's rights: so it is tried.
var Confine = sync.OnceValue(mostConfined)

// CanSandbox reports whether this process may make sandboxes with mounts of their own.
func CanSandbox() bool { return Confine() == OwnMounts }
