package lambdahost

// Sandbox confines a program to a folder. It needs root on Linux.
type Sandbox struct {
	Root string // what the program sees as /
	UID  int    // who it runs as, and its group; 993 unless set
}

// defaultUID is an arbitrary user without any rights of its own.
const defaultUID = 993
