package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNoBinaries says that no PostgreSQL server is installed here.
var ErrNoBinaries = errors.New("no PostgreSQL server found on this machine; install it (on Debian: apt-get install postgresql) or give the URL of one")

// MajorVersionError says that a data folder was made by another major version. It is
// never wiped or converted silently.
type MajorVersionError struct {
	Dir, Data, Binaries string
}

func (e *MajorVersionError) Error() string {
	return fmt.Sprintf("the data in %s is of PostgreSQL %s and the programs here are of %s: "+
		"start the old version once, pg_dumpall from it, move the folder away, start again and load the dump", e.Dir, e.Data, e.Binaries)
}

// ClusterOptions say where a private cluster lives.
type ClusterOptions struct {
	// Dir holds everything: data/, the socket's folder and the log. It is made 0700.
	Dir string
	// Throwaway trades every durability for speed. For tests only.
	Throwaway bool
	// Settings are extra server settings, name=value.
	Settings []string
	Log      *slog.Logger
}

// Cluster is a PostgreSQL server that lives and dies with this process: no TCP port,
// a socket in a folder that only its owner may enter.
type Cluster struct {
	opts   ClusterOptions
	bin    string
	owner  *syscall.Credential
	mu     sync.Mutex
	cmd    *exec.Cmd
	done   chan struct{} // closed when the present server has been waited for
	closed bool
}

// StartCluster runs the cluster in opts.Dir, making it first if it is new, and returns
// when it answers. The server is restarted if it dies, until Stop. A cluster that another
// process runs already is used as it is, and Stop leaves it to that process; when that
// process ends, this one starts the server anew.
func StartCluster(ctx context.Context, opts ClusterOptions) (*Cluster, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	opts.Dir = dir
	c := &Cluster{opts: opts}
	if c.bin, err = serverBinaries(); err != nil {
		return nil, err
	}
	if c.owner, err = serverOwner(); err != nil {
		return nil, err
	}
	if err := c.prepare(ctx); err != nil {
		return nil, err
	}
	if c.answers(ctx) {
		go c.inherit() // another process runs it
		return c, nil
	}
	if err := c.start(); err != nil {
		return nil, err
	}
	if err := c.waitReady(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	go c.supervise()
	return c, nil
}

// URL connects to the named database of the cluster.
func (c *Cluster) URL(database string) string {
	return fmt.Sprintf("host=%s user=postgres dbname=%s", c.socketDir(), database)
}

// Binary is the path of one of the server's own programs, as pg_dump or pgbench.
func (c *Cluster) Binary(name string) string { return filepath.Join(c.bin, name) }

func (c *Cluster) dataDir() string   { return filepath.Join(c.opts.Dir, "data") }
func (c *Cluster) socketDir() string { return filepath.Join(c.opts.Dir, "run") }

// Stop shuts the server down as a clean restart needs it: fast, and after 10 s at once.
func (c *Cluster) Stop() {
	c.mu.Lock()
	c.closed = true
	cmd, done := c.cmd, c.done
	c.mu.Unlock()
	if cmd == nil {
		return
	}
	cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		cmd.Process.Signal(syscall.SIGQUIT)
		<-done
	}
}

// start forks the server from a thread that lives as long as the process, because
// Pdeathsig is sent when the forking thread dies, not the process.
func (c *Cluster) start() error {
	args := []string{"-D", c.dataDir(), "-k", c.socketDir(), "-h", "", "-c", "logging_collector=off", "-c", "max_connections=100"}
	if c.opts.Throwaway {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "autovacuum=off", "-c", "max_connections=300")
	}
	for _, s := range c.opts.Settings {
		args = append(args, "-c", s)
	}
	log, err := os.OpenFile(filepath.Join(c.opts.Dir, "postgres.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the server's log: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(c.Binary("postgres"), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT, Setpgid: true, Credential: c.owner}
	done := make(chan struct{})
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread waits for its child
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait() // an unreaped server would keep its lock file's pid alive
		}
		close(done)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	c.mu.Lock()
	c.cmd, c.done = cmd, done
	c.mu.Unlock()
	return nil
}

// inherit waits until the server of another process is gone, and then runs one. Whoever
// restarts right after a crash meets the old server on its way out.
func (c *Cluster) inherit() {
	for {
		time.Sleep(300 * time.Millisecond)
		c.mu.Lock()
		closed := c.closed
		c.mu.Unlock()
		if closed {
			return
		}
		if c.answers(context.Background()) {
			continue
		}
		err := c.start()
		if err == nil {
			err = c.waitReady(context.Background())
		}
		if err == nil {
			c.opts.Log.Info("the database server of another process has ended; this one runs it now")
			c.supervise()
			return
		}
		c.opts.Log.Error("the database server did not start", "err", err)
	}
}

// supervise brings the server back when it dies by itself, more slowly each time.
func (c *Cluster) supervise() {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		c.mu.Lock()
		done := c.done
		c.mu.Unlock()
		<-done
		c.mu.Lock()
		closed := c.closed
		c.mu.Unlock()
		if closed {
			return
		}
		c.opts.Log.Error("the database server died; starting it again", "pause", pause)
		time.Sleep(pause)
		if err := c.start(); err != nil {
			c.opts.Log.Error("the database server did not start", "err", err)
			return
		}
	}
}

// answers reports whether a server is at the cluster's socket.
func (c *Cluster) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

func (c *Cluster) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	restarts := 0
	for {
		conn, err := pgx.Connect(ctx, c.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w; its log ends: %s", err, c.logTail())
		case <-c.done:
			// A server killed a moment ago can leave its lock file until it is reaped.
			if restarts++; restarts > 20 || !strings.Contains(c.logTail(), "postmaster.pid") {
				return fmt.Errorf("PostgreSQL ended at once; its log ends: %s", c.logTail())
			}
			time.Sleep(500 * time.Millisecond)
			if err := c.start(); err != nil {
				return err
			}
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (c *Cluster) logTail() string {
	b, _ := os.ReadFile(filepath.Join(c.opts.Dir, "postgres.log"))
	return string(b[max(0, len(b)-600):])
}

// prepare makes the folders, and the data with initdb if it is not there.
func (c *Cluster) prepare(ctx context.Context) error {
	if len(c.socketDir()) > 90 { // a socket's path must stay under 108 bytes
		return fmt.Errorf("the data folder's path is too long for a socket: %s", c.opts.Dir)
	}
	for _, dir := range []string{c.opts.Dir, c.dataDir(), c.socketDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
		if c.owner != nil {
			if err := os.Chown(dir, int(c.owner.Uid), int(c.owner.Gid)); err != nil {
				return fmt.Errorf("give the data folder to PostgreSQL: %w", err)
			}
		}
	}
	version, err := os.ReadFile(filepath.Join(c.dataDir(), "PG_VERSION"))
	if err == nil {
		return c.checkMajor(ctx, strings.TrimSpace(string(version)))
	}
	// A half-made folder of a killed initdb has no PG_VERSION that counts; initdb itself
	// refuses a folder that is not empty, so nothing is ever overwritten.
	init := exec.CommandContext(ctx, c.Binary("initdb"), "-D", c.dataDir(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	init.Dir = "/"
	init.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner}
	if out, err := init.CombinedOutput(); err != nil {
		return fmt.Errorf("make a new database in %s: %w: %s", c.dataDir(), err, out)
	}
	return nil
}

func (c *Cluster) checkMajor(ctx context.Context, data string) error {
	out, err := exec.CommandContext(ctx, c.Binary("postgres"), "--version").Output()
	if err != nil {
		return fmt.Errorf("ask PostgreSQL for its version: %w", err)
	}
	fields := strings.Fields(string(out)) // postgres (PostgreSQL) 15.18 (Debian …)
	if len(fields) < 3 {
		return fmt.Errorf("PostgreSQL names its version as %q", out)
	}
	if major, _, _ := strings.Cut(fields[2], "."); major != data {
		return &MajorVersionError{Dir: c.dataDir(), Data: data, Binaries: major}
	}
	return nil
}

// serverBinaries finds the folder of initdb and postgres: pg_config's, Debian's newest,
// or that of PATH.
func serverBinaries() (string, error) {
	var dirs []string
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	sort.Slice(debian, func(i, j int) bool { return debianMajor(debian[i]) > debianMajor(debian[j]) })
	dirs = append(dirs, debian...)
	if path, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, dir := range dirs {
		if isFile(filepath.Join(dir, "initdb")) && isFile(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", ErrNoBinaries
}

func debianMajor(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// serverOwner is who runs the server: PostgreSQL refuses root, so root becomes the
// package's own user.
func serverOwner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root and there is no user postgres: %w", err)
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32)
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
