package main

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

// powers are packages whose values go around the tests, whoever hands them out: an error
// of encoding/json's has a field of type reflect.Type, and from there it is a few calls
// to raw memory, without an import.
var powers = []string{"os", "os/exec", "plugin", "reflect", "runtime", "runtime/debug", "syscall", "unsafe"}

// reach refuses expressions that have a type of such a package, where the exercise does
// not allow the package or a name of it.
func (r rules) reach(file *ast.File, info *types.Info) {
	ast.Inspect(file, func(node ast.Node) bool {
		expr, ok := node.(ast.Expr)
		if !ok {
			return true
		}
		power := r.power(info.Types[expr].Type)
		if ident, ok := expr.(*ast.Ident); ok && power == nil {
			for each := range info.Instances[ident].TypeArgs.Types() { // that a generic function was given
				if power = r.power(each); power != nil {
					break
				}
			}
		}
		if power == nil {
			return true
		}
		name := types.TypeString(power, func(p *types.Package) string { return p.Name() })
		r.refuse("type", expr.Pos(), expr.End(),
			"This has the type `%s`, which leads around the tests; its package is not on the list for this exercise.", quote(name))
		return false // what is inside would say it again
	})
}

// power returns the type among those that make up t which belongs to such a package.
func (r rules) power(t types.Type) types.Type {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		if t.Kind() == types.UnsafePointer {
			return t
		}
	case *types.Named:
		if pkg := t.Obj().Pkg(); pkg != nil && r.powerful(pkg.Path()) {
			return t
		}
		for each := range t.TypeArgs().Types() {
			if found := r.power(each); found != nil {
				return found
			}
		}
	case *types.Map:
		if found := r.power(t.Key()); found != nil {
			return found
		}
		return r.power(t.Elem())
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		return r.power(t.Elem())
	case *types.Signature: // what is put into it has to be there first
		return r.power(t.Results())
	case *types.Tuple:
		for variable := range t.Variables() {
			if found := r.power(variable.Type()); found != nil {
				return found
			}
		}
	case *types.Struct:
		for field := range t.Fields() {
			if found := r.power(field.Type()); found != nil {
				return found
			}
		}
	}
	return nil
}

func (r rules) powerful(path string) bool {
	if !slices.Contains(powers, path) && !strings.HasPrefix(path, "internal/") {
		return false
	}
	return !slices.Contains(r.request.Imports, path) && !r.partly(path)
}
