package shop_test

func TestB(t *testing.T) {
	shop.Take()
}
