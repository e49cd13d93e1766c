package coupons_test

func TestTwoOrdersAtOnce(t *testing.T) {
	s := newStore(t)
	// atOnce holds each order after its check until the other gets there, or waits
	first, second := atOnce(t, s, "WELCOME20", "A-1041", "A-1042")
	if first == nil && second == nil {
		t.Errorf("WELCOME20 paid out twice: orders A-1041 and A-1042 both got the discount.")
	}
}
