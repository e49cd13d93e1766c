package orders_test

func TestEmptyPage(t *testing.T) {
	got := encode(t, orders.NewPage[orders.Order](nil, ""))
}
