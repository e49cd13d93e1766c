// Package honest does what honest code of Go does, a test for each kind of it.
package honest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func check(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestSignals(t *testing.T) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	check(t, syscall.Kill(os.Getpid(), syscall.SIGTERM))
	select {
	case <-ctx.Done():
	case <-time.After(5 * time.Second):
		t.Error("the signal did not come")
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	self := must[*os.Process](t)(os.FindProcess(os.Getpid()))
	check(t, self.Signal(syscall.SIGHUP))
	<-hangups
}

func TestTimers(t *testing.T) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for range 20 {
		<-ticker.C
	}
	fired := make(chan bool)
	time.AfterFunc(time.Millisecond, func() { close(fired) })
	<-fired
}

func TestFiles(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a", "b", "file")
	check(t, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte("one\n"), 0o600))
	file := must[*os.File](t)(os.OpenFile(path, os.O_APPEND|os.O_RDWR, 0))
	_, err := file.WriteString("two\n")
	check(t, err, file.Sync(), file.Chmod(0o640), file.Truncate(6))
	_, err = file.Seek(0, io.SeekStart)
	check(t, err)
	if got := string(must[[]byte](t)(io.ReadAll(file))); got != "one\ntw" {
		t.Errorf("the file holds %q", got)
	}
	check(t, file.Close())
	check(t, os.Symlink(path, filepath.Join(folder, "link")), os.Link(path, path+".hard"), os.Rename(path, path+".new"))
	copied := must[*os.File](t)(os.Create(filepath.Join(folder, "copy")))
	must[int64](t)(io.Copy(copied, must[*os.File](t)(os.Open(path+".new"))))
	check(t, copied.Close(), os.CopyFS(filepath.Join(folder, "fs"), os.DirFS(filepath.Join(folder, "a"))))
	entries := must[[]os.DirEntry](t)(os.ReadDir(folder))
	if len(entries) != 4 {
		t.Errorf("the folder holds %v", entries)
	}
	check(t, filepath.WalkDir(folder, func(_ string, _ os.DirEntry, err error) error { return err }))
	root := must[*os.Root](t)(os.OpenRoot(folder))
	check(t, root.WriteFile("inside", nil, 0o600), root.Mkdir("more", 0o700), root.Remove("inside"), root.Close())
	t.Chdir(folder)
	temporary := must[*os.File](t)(os.CreateTemp("", "x-*"))
	check(t, temporary.Close(), os.Remove(temporary.Name()))
	if _, err := os.Stat("missing"); !os.IsNotExist(err) {
		t.Errorf("what is missing is %v", err)
	}
	if _, err := os.Open(filepath.Join("/", "no", "such", "file")); err == nil {
		t.Error("a file that there is not was opened")
	}
}

func TestRights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(path, nil, 0o600), os.Chmod(path, 0o644), os.Chtimes(path, time.Now(), time.Unix(1, 0)))
}

func TestFilesThatMove(t *testing.T) {
	folder := t.TempDir()
	from, to := filepath.Join(folder, "from"), filepath.Join(folder, "to")
	check(t, os.Mkdir(from, 0o700), os.Mkdir(to, 0o700), os.WriteFile(filepath.Join(from, "a"), nil, 0o600))
	check(t, os.Link(filepath.Join(from, "a"), filepath.Join(to, "b")), os.Rename(filepath.Join(from, "a"), filepath.Join(to, "a")))
}

func TestPipes(t *testing.T) {
	read, write, err := os.Pipe()
	check(t, err)
	go func() { fmt.Fprintln(write, "through the pipe"); write.Close() }()
	if line, err := bufio.NewReader(read).ReadString('\n'); line != "through the pipe\n" {
		t.Errorf("%q came through, %v", line, err)
	}
	check(t, read.SetReadDeadline(time.Now()))
	stdout := os.Stdout
	output, captured, err := os.Pipe()
	check(t, err)
	os.Stdout = captured
	fmt.Print("caught")
	os.Stdout = stdout
	check(t, captured.Close())
	if caught := string(must[[]byte](t)(io.ReadAll(output))); caught != "caught" {
		t.Errorf("%q was caught", caught)
	}
}

func TestPipeToFile(t *testing.T) {
	read, write, err := os.Pipe()
	check(t, err)
	go func() { io.WriteString(write, strings.Repeat("x", 100_000)); write.Close() }()
	file := must[*os.File](t)(os.Create(filepath.Join(t.TempDir(), "file")))
	if n := must[int64](t)(io.Copy(file, read)); n != 100_000 {
		t.Errorf("%d bytes were copied", n)
	}
}

func TestMemory(t *testing.T) {
	large := make(map[int]string)
	for i := range 300_000 {
		large[i] = fmt.Sprint(i)
	}
	for i := range 200_000 {
		delete(large, i)
	}
	runtime.GC()
	debug.FreeOSMemory()
	previous := debug.SetMemoryLimit(100 << 20)
	debug.SetMemoryLimit(previous)
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	if len(large) != 100_000 || stats.NumGC == 0 {
		t.Errorf("%d are left after %d collections", len(large), stats.NumGC)
	}
	var deep func(n int) int
	deep = func(n int) int {
		if n == 0 {
			return 0
		}
		return 1 + deep(n-1)
	}
	if deep(100_000) != 100_000 {
		t.Error("the stack did not grow")
	}
}

func TestGoroutines(t *testing.T) {
	var group sync.WaitGroup
	var sum atomic.Int64
	for range 5_000 {
		group.Go(func() { runtime.Gosched(); time.Sleep(rand.N(time.Millisecond)); sum.Add(1) })
	}
	group.Wait()
	for _, processors := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(processors)
		for range 50 {
			group.Go(func() { runtime.LockOSThread(); time.Sleep(time.Millisecond); runtime.UnlockOSThread(); sum.Add(1) })
		}
		group.Wait()
	}
	if sum.Load() != 5_150 {
		t.Errorf("%d ran", sum.Load())
	}
}

func TestSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		<-ctx.Done()
		synctest.Wait()
		if time.Since(start) != time.Hour {
			t.Errorf("an hour took %v", time.Since(start))
		}
	})
}

func TestPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a nil pointer is no panic")
		}
	}()
	var missing *http.Server
	fmt.Println(missing.Addr)
}

func TestSystem(t *testing.T) {
	must[string](t)(os.Hostname())
	must[string](t)(os.Getwd())
	must[string](t)(os.Executable())
	slog.Info("a line", "pid", os.Getpid(), "processors", runtime.NumCPU())
	check(t, os.Setenv("A", "1"))
	var usage syscall.Rusage
	check(t, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
}

func TestZones(t *testing.T) { must[*time.Location](t)(time.LoadLocation("Europe/Berlin")) }

func TestRecorder(t *testing.T) {
	recorder := httptest.NewRecorder()
	http.NotFoundHandler().ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	if recorder.Code != http.StatusNotFound {
		t.Errorf("the code is %d", recorder.Code)
	}
	one, two := net.Pipe()
	go one.Write([]byte("x"))
	must[int](t)(two.Read(make([]byte, 1)))
}

func TestLoopbackServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "served") }))
	response := must[*http.Response](t)(http.Get(server.URL))
	if body := string(must[[]byte](t)(io.ReadAll(response.Body))); body != "served" {
		t.Errorf("the server says %q", body)
	}
	check(t, response.Body.Close())
	server.Close()
}

func TestLoopbackTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	check(t, must[*http.Response](t)(server.Client().Get(server.URL)).Body.Close())
}

func TestLoopbackShutdown(t *testing.T) {
	listener := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Second}
	ended := make(chan error)
	go func() { ended <- server.Serve(listener) }()
	conn := must[net.Conn](t)(net.DialTimeout("tcp", listener.Addr().String(), time.Second))
	check(t, conn.SetDeadline(time.Now().Add(time.Second)), conn.Close(), server.Shutdown(t.Context()))
	if err := <-ended; err != http.ErrServerClosed {
		t.Error(err)
	}
}

func TestLoopbackProxy(t *testing.T) {
	back := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	front := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	go func() {
		conn, err := back.Accept()
		if err == nil {
			io.WriteString(conn, "from behind")
			conn.Close()
		}
	}()
	proxied := make(chan error, 1)
	go func() {
		in, _ := front.Accept()
		out, _ := net.Dial("tcp", back.Addr().String())
		_, err := io.Copy(in, out)
		in.Close()
		proxied <- err
	}()
	conn := must[net.Conn](t)(net.Dial("tcp", front.Addr().String()))
	if said := string(must[[]byte](t)(io.ReadAll(conn))); said != "from behind" {
		t.Errorf("the proxy says %q", said)
	}
	check(t, <-proxied)
}

func TestLoopbackByName(t *testing.T) {
	listener := must[net.Listener](t)(net.Listen("tcp", "localhost:0"))
	check(t, must[net.Conn](t)(net.Dial("tcp", listener.Addr().String())).Close(), listener.Close())
}

func TestLoopbackFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.html")
	check(t, os.WriteFile(path, []byte(strings.Repeat("x", 1<<20)), 0o600))
	server := httptest.NewServer(http.FileServer(http.Dir(filepath.Dir(path))))
	defer server.Close()
	response := must[*http.Response](t)(http.Get(server.URL + "/page.html"))
	if n := must[int64](t)(io.Copy(io.Discard, response.Body)); n != 1<<20 {
		t.Errorf("%d bytes came", n)
	}
}
