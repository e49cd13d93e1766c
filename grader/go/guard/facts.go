package main

import (
	"bufio"
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"runtime"
	"strings"
)

// Function is a function of the attempt, its lines, and where in it a lock is held.
type Function struct {
	Name  string `json:"name"` // Average, (*Counter).Add
	File  string `json:"file"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Locks []Lock `json:"locks"`
	// Unclear says that the source alone does not tell what is held where.
	Unclear bool `json:"unclear"`
}

// Lock is a stretch of lines on which a lock is held, from the line after its
// Lock to the line of its Unlock.
type Lock struct {
	Lock string `json:"lock"` // the expression: c.mu
	Line int    `json:"line"`
	To   int    `json:"to"`
}

// Use is a variable used on a line: how it is written there, and where it is declared.
type Use struct {
	Text     string `json:"text"`
	Declared string `json:"declared"`
}

// check resolves names as far as they resolve, and notes what does not.
func check(fset *token.FileSet, files []*ast.File, archives map[string]string, note func(error)) *types.Info {
	info := &types.Info{
		Uses:       map[*ast.Ident]types.Object{},
		Defs:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
		Types:      map[ast.Expr]types.TypeAndValue{},
		Instances:  map[*ast.Ident]types.Instance{},
	}
	config := types.Config{
		Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
			if archives[path] == "" {
				return nil, fmt.Errorf("no archive of %s", path)
			}
			return os.Open(archives[path])
		}),
		Error: note,
		Sizes: types.SizesFor("gc", runtime.GOARCH),
	}
	config.Check("attempt", fset, files, info)
	return info
}

// readImportcfg reads the lines "packagefile PATH=FILE" of an importcfg.
func readImportcfg(name string) (map[string]string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the importcfg: %w", err)
	}
	defer file.Close()
	archives := map[string]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "packagefile "); ok {
			path, archive, _ := strings.Cut(rest, "=")
			archives[path] = archive
		}
	}
	return archives, lines.Err()
}

// functions lists a file's functions, function literals included.
func functions(fset *token.FileSet, file *ast.File, info *types.Info) []Function {
	var all []Function
	add := func(name string, node ast.Node, body *ast.BlockStmt) {
		start, end := fset.PositionFor(node.Pos(), false), fset.PositionFor(node.End(), false)
		f := Function{Name: name, File: start.Filename, Start: start.Line, End: end.Line, Locks: []Lock{}}
		locksIn(fset, info, body, &f)
		all = append(all, f)
	}
	for _, decl := range file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Body == nil {
			continue
		}
		name := function.Name.Name
		if function.Recv != nil && len(function.Recv.List) == 1 {
			receiver := types.ExprString(function.Recv.List[0].Type)
			if strings.HasPrefix(receiver, "*") {
				receiver = "(" + receiver + ")"
			}
			name = receiver + "." + name
		}
		add(name, function, function.Body)
		literals := 0
		ast.Inspect(function.Body, func(node ast.Node) bool {
			if literal, ok := node.(*ast.FuncLit); ok {
				literals++
				add(fmt.Sprintf("%s.func%d", name, literals), literal, literal.Body)
			}
			return true
		})
	}
	return all
}

// locksIn finds where a function's own statements hold a lock. Only the plain forms
// count: Lock with Unlock or a deferred Unlock in the same block, and Unlock just
// before leaving a nested block. Anything else makes the function unclear.
func locksIn(fset *token.FileSet, info *types.Info, body *ast.BlockStmt, f *Function) {
	line := func(pos token.Pos) int { return fset.PositionFor(pos, false).Line }
	open := map[string]int{} // the lock to the index of its stretch
	for _, stmt := range body.List {
		call, deferred := lockCall(stmt)
		lock, method := lockMethod(info, call)
		switch {
		case (method == "Lock" || method == "RLock") && !deferred:
			if _, held := open[lock]; held {
				f.Unclear = true
			}
			open[lock] = len(f.Locks)
			f.Locks = append(f.Locks, Lock{Lock: lock, Line: line(stmt.Pos()), To: f.End})
		case method == "Unlock" || method == "RUnlock":
			i, held := open[lock]
			if !held {
				f.Unclear = true
			} else if !deferred {
				f.Locks[i].To = line(stmt.Pos())
				delete(open, lock)
			}
		case method == "":
			nestedLocks(info, stmt, f)
		default:
			f.Unclear = true
		}
	}
}

// nestedLocks marks a function unclear if a statement locks or unlocks inside,
// other than an Unlock right before a return.
func nestedLocks(info *types.Info, stmt ast.Stmt, f *Function) {
	ast.Inspect(stmt, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.FuncLit:
			return false // judged as a function of its own
		case *ast.BlockStmt:
			if n := len(node.List); n >= 2 {
				call, _ := lockCall(node.List[n-2])
				_, isReturn := node.List[n-1].(*ast.ReturnStmt)
				if _, method := lockMethod(info, call); isReturn && strings.HasSuffix(method, "Unlock") {
					rest := &ast.BlockStmt{List: node.List[:n-2]}
					nestedLocks(info, rest, f)
					return false
				}
			}
		case *ast.CallExpr:
			if _, method := lockMethod(info, node); method != "" {
				f.Unclear = true
			}
		}
		return true
	})
}

func lockCall(stmt ast.Stmt) (call *ast.CallExpr, deferred bool) {
	switch stmt := stmt.(type) {
	case *ast.ExprStmt:
		call, _ = stmt.X.(*ast.CallExpr)
	case *ast.DeferStmt:
		call, deferred = stmt.Call, true
	}
	return call, deferred
}

// lockMethod tells whether a call is a method of sync's locks, and of which.
func lockMethod(info *types.Info, call *ast.CallExpr) (lock, method string) {
	if call == nil {
		return "", ""
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	object, ok := info.Uses[selector.Sel].(*types.Func)
	if !ok || object.Pkg() == nil || object.Pkg().Path() != "sync" {
		return "", ""
	}
	switch object.Name() {
	case "Lock", "RLock", "Unlock", "RUnlock", "TryLock", "TryRLock":
		return types.ExprString(selector.X), object.Name()
	}
	return "", ""
}

// longestUse is the most bytes of an expression that a sentence can name.
const longestUse = 200

// uses notes the variables that each line names: fields, and variables that a
// goroutine can share. Locks and waiters are left out.
func uses(fset *token.FileSet, file *ast.File, info *types.Info, all map[string][]Use) {
	note := func(node ast.Expr, object types.Object) {
		variable, ok := object.(*types.Var)
		if !ok || isSync(variable.Type()) || node.End()-node.Pos() > longestUse {
			return
		}
		at, declared := fset.PositionFor(node.Pos(), false), fset.PositionFor(variable.Pos(), false)
		key := fmt.Sprintf("%s:%d", at.Filename, at.Line)
		all[key] = append(all[key], Use{Text: types.ExprString(node), Declared: declared.String()})
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			if selection := info.Selections[node]; selection != nil && selection.Kind() == types.FieldVal {
				note(node, selection.Obj())
			}
		case *ast.Ident:
			if object, ok := info.Uses[node].(*types.Var); ok && !object.IsField() {
				note(node, object)
			}
		}
		return true
	})
}

func isSync(t types.Type) bool {
	if pointer, ok := t.(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "sync"
}
