// two-files/shop.go
package shop
