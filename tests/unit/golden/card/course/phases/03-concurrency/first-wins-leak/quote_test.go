package quote_test

func TestNobodyIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quote.First(t.Context(), "MUG-11", suppliers)
		synctest.Wait()
	}) // the bubble fails if a goroutine is still blocked
}
