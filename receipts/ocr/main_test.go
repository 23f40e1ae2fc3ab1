package ocr

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be its own child, well or badly behaved.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 {
		os.Exit(m.Run())
	}
	switch os.Args[1] {
	case "ocr-child":
		exit(Child(os.Stdin, os.Stdout))
	case "child-killed": // the kernel takes it in the middle of a page
		exit(after(os.Stdin, func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }))
	case "child-killed-once":
		if _, err := os.Stat(os.Args[2]); err == nil {
			exit(Child(os.Stdin, os.Stdout))
		}
		exit(after(os.Stdin, func() {
			_ = os.WriteFile(os.Args[2], nil, 0o600)
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}))
	case "child-hangs":
		exit(after(os.Stdin, func() { time.Sleep(time.Hour) }))
	case "child-exits":
		fmt.Fprintln(os.Stderr, "out of paper")
		os.Exit(3)
	case "child-babbles":
		exit(after(os.Stdin, func() { fmt.Print("\x00\x00\x00\x03abc") }))
	case "child-boasts": // of more bytes than it may send
		exit(after(os.Stdin, func() { fmt.Print("\xff\xff\xff\xff") }))
	default:
		os.Exit(m.Run())
	}
}

// after takes a greeting and one page, and does.
func after(stdin io.Reader, do func()) error {
	_, err := readFrame(stdin)
	if err == nil {
		_, err = readRequest(stdin)
	}
	if err == nil {
		do()
	}
	return err
}

func exit(err error) {
	if err != nil && !errors.Is(err, io.EOF) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
