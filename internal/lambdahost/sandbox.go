package lambdahost

// Sandbox confines a program to a folder. It needs root on Linux.
type Sandbox struct {
	Root string // what the program sees as /
	UID  int    // who it runs as, and its group; 993 unless set

	// Tmp is the size of /tmp in MB. With it the program gets mounts of its
	// own: its root is read-only, /tmp is empty at its start and full at that
	// size, and it has /proc and the devices that Lambda has. With 0 all
	// programs with one Root share its /tmp.
	Tmp int
}

// defaultUID is an arbitrary user without any rights of its own.
const defaultUID = 993

func (s *Sandbox) uid() int {
	if s.UID != 0 {
		return s.UID
	}
	return defaultUID
}
