package main

import "unsafe"

func address(page []byte) uintptr { return uintptr(unsafe.Pointer(&page[0])) }
